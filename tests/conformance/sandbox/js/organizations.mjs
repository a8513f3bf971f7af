// What belongs to organizations, through @clerk/backend: node organizations.mjs KIND
import assert from "node:assert/strict";
import { apiUrl, clerk, listed, refused, secretKey } from "./clerk.mjs";

const publishableKey = `pk_test_${Buffer.from("sandbox.clerk.accounts.dev$").toString("base64")}`;
const keysOf = (objects) => objects.map((object) => object.key);

// What an application that is sent the token makes of it.
async function allowed(token) {
  const headers = { Authorization: `Bearer ${token}` };
  const request = new Request("https://app.example/", { headers });
  const state = await clerk.authenticateRequest(request, { publishableKey, secretKey, apiUrl });
  assert.equal(state.isAuthenticated, true, state.reason);
  return state.toAuth();
}

const kinds = {
  async organizations() {
    const api = clerk.organizations;
    const made = await api.createOrganization({
      name: "Acme",
      slug: "acme-1",
      publicMetadata: { a: { b: 1 } },
    });
    assert.match(made.id, /^org_\w{27}$/);
    listed(await api.getOrganizationList({ query: "acme", orderBy: "+created_at" }), made.id);
    assert.equal((await api.getOrganization({ slug: "acme-1" })).id, made.id);
    const changed = await api.updateOrganization(made.id, { name: "Acme Ltd" });
    assert.equal(changed.name, "Acme Ltd");
    const merged = await api.updateOrganizationMetadata(made.id, {
      publicMetadata: { a: { c: 2 } },
    });
    assert.deepEqual(merged.publicMetadata, { a: { b: 1, c: 2 } });
    const replaced = await api.replaceOrganizationMetadata(made.id, { publicMetadata: { d: 3 } });
    assert.deepEqual(replaced.publicMetadata, { d: 3 });
    assert.equal((await api.deleteOrganization(made.id)).deleted, true);
    await refused(404, "resource_not_found", api.getOrganization({ slug: "acme-1" }));
  },

  async organization_memberships() {
    const api = clerk.organizations;
    const [ann, bob] = await Promise.all(
      ["ann", "bob"].map((username) => clerk.users.createUser({ username })),
    );
    const { id } = await api.createOrganization({ name: "Acme", createdBy: ann.id });
    const one = { organizationId: id, userId: bob.id };
    const made = await api.createOrganizationMembership({ ...one, role: "org:member" });
    assert.match(made.id, /^orgmem_\w{27}$/);
    assert.equal(made.publicUserData.userId, bob.id);
    assert.deepEqual(made.permissions, ["org:sys_memberships:read", "org:sys_billing:read"]);
    await refused(
      400,
      "already_a_member_in_organization",
      api.createOrganizationMembership({ ...one, role: "org:member" }),
    );
    const admins = { organizationId: id, role: ["org:admin"] };
    assert.equal((await api.getOrganizationMembershipList(admins)).totalCount, 1);
    const changed = await api.updateOrganizationMembership({ ...one, role: "org:admin" });
    assert.equal(changed.role, "org:admin");
    const merged = await api.updateOrganizationMembershipMetadata({
      ...one,
      publicMetadata: { a: 1 },
    });
    assert.deepEqual(merged.publicMetadata, { a: 1 });
    const counted = await api.getOrganization({ organizationId: id, includeMembersCount: true });
    assert.equal(counted.membersCount, 2);
    listed(await clerk.users.getOrganizationMembershipList({ userId: bob.id }), made.id);
    assert.equal((await api.getInstanceOrganizationMembershipList({ limit: 1 })).totalCount, 2);
    assert.equal((await api.deleteOrganizationMembership(one)).id, made.id);
    listed(await clerk.users.getOrganizationMembershipList({ userId: bob.id }));
    const last = { organizationId: id, userId: ann.id };
    const removed = api.deleteOrganizationMembership(last);
    await refused(400, "organization_minimum_permissions_needed", removed);
  },

  async organization_invitations() {
    const api = clerk.organizations;
    const ann = (await clerk.users.createUser({ username: "ann" })).id;
    const organizationId = (await api.createOrganization({ name: "Acme", createdBy: ann })).id;
    const made = await api.createOrganizationInvitation({
      organizationId,
      emailAddress: "Eve@x.example",
      role: "org:member",
      inviterUserId: ann,
      publicMetadata: { a: 1 },
    });
    assert.match(made.id, /^orginv_\w{27}$/);
    assert.equal(made.emailAddress, "eve@x.example");
    assert.equal(made.status, "pending");
    const several = await api.createOrganizationInvitationBulk(organizationId, [
      { emailAddress: "bob@x.example", role: "org:member" },
    ]);
    assert.equal(several.data[0].emailAddress, "bob@x.example");
    const pending = { organizationId, status: ["pending"] };
    listed(await api.getOrganizationInvitationList(pending), several.data[0].id, made.id);
    const one = { organizationId, invitationId: made.id };
    assert.deepEqual((await api.getOrganizationInvitation(one)).publicMetadata, { a: 1 });
    const eve = (await clerk.users.createUser({ emailAddress: ["eve@x.example"] })).id;
    listed(await clerk.users.getOrganizationInvitationList({ userId: eve }), made.id);
    const gone = await api.revokeOrganizationInvitation({ ...one, requestingUserId: ann });
    assert.equal(gone.status, "revoked");
    const again = api.revokeOrganizationInvitation(one);
    await refused(404, "organization_invitation_not_pending", again);
    listed(await api.getOrganizationInvitationList(pending), several.data[0].id);
  },

  async organization_permissions() {
    const api = clerk.organizationPermissions;
    const sent = { name: "Read bills", key: "org:bills:read", description: "All of them" };
    const made = await api.createOrganizationPermission(sent);
    assert.match(made.id, /^perm_\w{27}$/);
    assert.deepEqual({ name: made.name, key: made.key, description: made.description }, sent);
    listed(await api.getOrganizationPermissionList({ query: "org:bills:read" }), made.id);
    const all = await api.getOrganizationPermissionList({ orderBy: "+key", limit: 1 });
    assert.deepEqual(keysOf(all.data), ["org:bills:read"]);
    assert.ok(all.totalCount > 1, "Clerk's own are listed too");
    assert.deepEqual(await api.getOrganizationPermission(made.id), made);
    await refused(422, "form_already_exists", api.createOrganizationPermission(sent));
    const one = { permissionId: made.id };
    const changed = await api.updateOrganizationPermission({ ...one, key: "org:bills:see" });
    assert.deepEqual([changed.key, changed.name], ["org:bills:see", "Read bills"]);
    assert.equal((await api.deleteOrganizationPermission(made.id)).deleted, true);
    await refused(404, "resource_not_found", api.getOrganizationPermission(made.id));
    const [own] = (await api.getOrganizationPermissionList({ query: "org:sys_" })).data;
    await refused(
      403,
      "organization_system_permission_not_modifiable",
      api.deleteOrganizationPermission(own.id),
    );
  },

  async organization_roles() {
    const api = clerk.organizationRoles;
    const { id: permissionId } = await clerk.organizationPermissions.createOrganizationPermission({
      name: "Read bills",
      key: "org:bills:read",
    });
    const made = await api.createOrganizationRole({
      name: "Sales",
      key: "org:sales",
      description: "Sells",
      permissions: [permissionId],
      includeInInitialRoleSet: true,
    });
    assert.match(made.id, /^role_\w{27}$/);
    assert.deepEqual([made.description, made.isCreatorEligible], ["Sells", false]);
    assert.deepEqual(keysOf(made.permissions), ["org:bills:read"]);
    const initial = await clerk.roleSets.getRoleSet("role_set:default");
    assert.ok(keysOf(initial.roles).includes("org:sales"));
    listed(await api.getOrganizationRoleList({ query: "sales" }), made.id);
    const all = await api.getOrganizationRoleList({ orderBy: "+key" });
    assert.deepEqual(keysOf(all.data), ["org:admin", "org:member", "org:sales"]);
    assert.deepEqual(await api.getOrganizationRole(made.id), made);

    const pair = { organizationRoleId: made.id, permissionId };
    const without = await api.removePermissionFromOrganizationRole(pair);
    assert.deepEqual(without.permissions, []);
    await refused(
      404,
      "organization_role_permission_association_not_found",
      api.removePermissionFromOrganizationRole(pair),
    );
    const again = await api.assignPermissionToOrganizationRole(pair);
    assert.deepEqual(keysOf(again.permissions), ["org:bills:read"]);
    await refused(
      409,
      "organization_role_permission_association_exists",
      api.assignPermissionToOrganizationRole(pair),
    );

    const other = await api.createOrganizationRole({ name: "Other", key: "org:other" });
    const one = { organizationRoleId: other.id };
    const changed = await api.updateOrganizationRole({ ...one, key: "org:more", permissions: [] });
    assert.deepEqual([changed.key, changed.name], ["org:more", "Other"]);
    assert.equal((await api.deleteOrganizationRole(other.id)).deleted, true);
    await refused(404, "resource_not_found", api.getOrganizationRole(other.id));
    const [admin] = (await api.getOrganizationRoleList({ query: "org:admin" })).data;
    const removed = api.deleteOrganizationRole(admin.id);
    await refused(422, "organization_role_default_creator_role", removed);
  },

  async role_sets() {
    const api = clerk.roleSets;
    for (const key of ["org:sales", "org:guest"])
      await clerk.organizationRoles.createOrganizationRole({ name: key, key });
    const made = await api.createRoleSet({
      name: "Team",
      key: "role_set:team",
      description: "Ours",
      roles: ["org:admin", "org:member"],
      defaultRoleKey: "org:member",
      creatorRoleKey: "org:admin",
      type: "initial",
    });
    assert.match(made.id, /^rset_\w{27}$/);
    assert.deepEqual([made.type, made.description], ["initial", "Ours"]);
    assert.deepEqual([made.defaultRole.key, made.creatorRole.key], ["org:member", "org:admin"]);
    const before = await api.getRoleSet("role_set:default");
    assert.equal(before.type, "custom");
    listed(await api.getRoleSetList({ query: "team" }), made.id);
    const all = await api.getRoleSetList({ orderBy: "+key" });
    assert.deepEqual(keysOf(all.data), ["role_set:default", "role_set:team"]);
    assert.deepEqual(await api.getRoleSet(made.id), await api.getRoleSet("role_set:team"));

    const one = { roleSetKeyOrId: made.id };
    const wider = await api.addRolesToRoleSet({ ...one, roleKeys: ["org:sales", "org:guest"] });
    assert.deepEqual(
      keysOf(wider.roles).sort(),
      ["org:admin", "org:guest", "org:member", "org:sales"],
    );
    const changed = await api.updateRoleSet({ ...one, name: "Ours", defaultRoleKey: "org:guest" });
    assert.deepEqual([changed.name, changed.defaultRole.key], ["Ours", "org:guest"]);

    const ann = (await clerk.users.createUser({ username: "ann" })).id;
    const bob = (await clerk.users.createUser({ username: "bob" })).id;
    const acme = await clerk.organizations.createOrganization({ name: "Acme", createdBy: ann });
    const organizationId = acme.id;
    const member = { organizationId, userId: bob };
    await clerk.organizations.createOrganizationMembership({ ...member, role: "org:sales" });
    const roles = async () => {
      const found = await clerk.organizations.getOrganizationMembershipList({ organizationId });
      return found.data.map((membership) => membership.role);
    };
    const less = await api.replaceRoleInRoleSet({
      ...one,
      roleKey: "org:sales",
      toRoleKey: "org:guest",
    });
    assert.ok(!keysOf(less.roles).includes("org:sales"));
    assert.equal(less.roleSetMigration, null);
    assert.deepEqual(await roles(), ["org:guest", "org:admin"]);

    const gone = { ...one, destRoleSetKey: "role_set:default" };
    await refused(403, "cannot_delete_initial_role_set", api.replaceRoleSet(gone));
    await api.updateRoleSet({ roleSetKeyOrId: "role_set:default", type: "initial" });
    await refused(
      422,
      "organization_role_set_reassignment_mappings_missing",
      api.replaceRoleSet(gone),
    );
    const mappings = { reassignmentMappings: { "org:guest": "org:member" } };
    assert.equal((await api.replaceRoleSet({ ...gone, ...mappings })).deleted, true);
    await refused(404, "resource_not_found", api.getRoleSet("role_set:team"));
    assert.deepEqual(await roles(), ["org:member", "org:admin"]);
  },

  async organization_domains() {
    const api = clerk.organizations;
    const { id: organizationId } = await api.createOrganization({ name: "Acme" });
    const made = await api.createOrganizationDomain({
      organizationId,
      name: "Acme.Example",
      enrollmentMode: "automatic_suggestion",
      verified: false,
    });
    // The SDK knows no such object, and hands on what the API answered.
    assert.match(made.id, /^orgdmn_\w{27}$/);
    assert.deepEqual(
      [made.name, made.organization_id, made.enrollment_mode],
      ["acme.example", organizationId, "automatic_suggestion"],
    );
    assert.deepEqual([made.total_pending_invitations, made.affiliation_email_address], [0, null]);
    assert.equal(made.affiliation_verification, null);
    listed(await api.getOrganizationDomainList({ organizationId, limit: 500 }), made.id);
    await refused(
      422,
      "organization_domain_already_exists_same_organization",
      api.createOrganizationDomain({
        organizationId,
        name: "acme.example",
        enrollmentMode: "manual_invitation",
      }),
    );
    const one = { organizationId, domainId: made.id };
    const changed = await api.updateOrganizationDomain({
      ...one,
      enrollmentMode: "automatic_invitation",
      verified: true,
    });
    assert.equal(changed.enrollment_mode, "automatic_invitation");
    assert.equal(changed.affiliation_verification.status, "verified");
    assert.equal((await api.deleteOrganizationDomain(one)).id, made.id);
    listed(await api.getOrganizationDomainList({ organizationId }));
  },

  async permissions_of_a_session() {
    const made = await Promise.all(
      ["org:bills:read", "org:bills:pay", "org:posts:read"].map((key) =>
        clerk.organizationPermissions.createOrganizationPermission({ name: key, key }),
      ),
    );
    const [read, , posts] = made.map((permission) => permission.id);
    const { id: organizationRoleId } = await clerk.organizationRoles.createOrganizationRole({
      name: "Clerk",
      key: "org:clerk",
      permissions: [read, posts],
      includeInInitialRoleSet: true,
    });
    const userId = (await clerk.users.createUser({ username: "ann" })).id;
    const organizationId = (await clerk.organizations.createOrganization({ name: "Acme" })).id;
    const role = "org:clerk";
    await clerk.organizations.createOrganizationMembership({ organizationId, userId, role });
    const session = { userId, activeOrganizationId: organizationId };
    const sessionId = (await clerk.sessions.createSession(session)).id;

    const auth = async () => allowed((await clerk.sessions.getToken(sessionId)).jwt);
    const before = await auth();
    assert.equal(before.orgId, organizationId);
    assert.deepEqual([before.orgRole, before.orgSlug], ["org:clerk", "acme"]);
    assert.deepEqual([...before.orgPermissions].sort(), ["org:bills:read", "org:posts:read"]);
    assert.equal(before.has({ role: "org:clerk" }), true);
    assert.equal(before.has({ permission: "org:bills:read" }), true);
    assert.equal(before.has({ permission: "org:bills:pay" }), false);
    assert.equal(before.has({ permission: "org:posts:pay" }), false);

    const renamed = { organizationRoleId, key: "org:bookkeeper", permissions: [read] };
    await clerk.organizationRoles.updateOrganizationRole(renamed);
    const after = await auth();
    assert.equal(after.has({ role: "org:bookkeeper" }), true);
    assert.equal(after.has({ role: "org:clerk" }), false);
    assert.deepEqual(after.orgPermissions, ["org:bills:read"]);
    await clerk.organizationPermissions.deleteOrganizationPermission(read);
    assert.deepEqual((await auth()).orgPermissions, []);
  },
};

await kinds[process.argv[2]]();
