// Each kind from create to delete through @clerk/backend: node kinds.mjs KIND
// Those of organizations are in organizations.mjs.
import assert from "node:assert/strict";
import { verifyToken } from "@clerk/backend";
import { apiUrl, clerk, listed, refused, secretKey } from "./clerk.mjs";

const kinds = {
  async jwt_templates() {
    const claims = { role: "{{user.public_metadata.role}}", nested: { a: [1, null, true] } };
    const made = await clerk.jwtTemplates.create({ name: "api", claims, lifetime: 120 });
    assert.match(made.id, /^jtmp_\w{27}$/);
    assert.deepEqual(made.claims, claims);
    listed(await clerk.jwtTemplates.list({ limit: 500 }), made.id);
    assert.deepEqual(await clerk.jwtTemplates.get(made.id), made);
    const changed = await clerk.jwtTemplates.update({
      templateId: made.id,
      name: "web",
      claims: { a: 1 },
      customSigningKey: true,
      signingAlgorithm: "HS256",
      signingKey: "k".repeat(32),
    });
    assert.deepEqual(changed.claims, { a: 1 });
    assert.equal(changed.name, "web");
    assert.equal(changed.lifetime, 60);
    assert.equal(changed.signingAlgorithm, "HS256");
    assert.equal((await clerk.jwtTemplates.delete(made.id)).deleted, true);
    await refused(404, "resource_not_found", clerk.jwtTemplates.get(made.id));
    const reserved = clerk.jwtTemplates.create({ name: "x", claims: { sub: "x" } });
    await refused(400, "jwt_template_reserved_claim", reserved);
  },

  async redirect_urls() {
    const made = await clerk.redirectUrls.createRedirectUrl({ url: "my-app://callback" });
    assert.equal(made.url, "my-app://callback");
    listed(await clerk.redirectUrls.getRedirectUrlList(), made.id);
    assert.deepEqual(await clerk.redirectUrls.getRedirectUrl(made.id), made);
    await clerk.redirectUrls.deleteRedirectUrl(made.id);
    listed(await clerk.redirectUrls.getRedirectUrlList());
  },

  async allowlist_identifiers() {
    const api = clerk.allowlistIdentifiers;
    const made = await api.createAllowlistIdentifier({ identifier: "*@Example.com", notify: false });
    assert.equal(made.identifier, "*@example.com");
    assert.equal(made.identifierType, "email_address");
    listed(await api.getAllowlistIdentifierList(), made.id);
    const again = api.createAllowlistIdentifier({ identifier: "*@example.com", notify: false });
    await refused(400, "duplicate_record", again);
    assert.equal((await api.deleteAllowlistIdentifier(made.id)).deleted, true);
    listed(await api.getAllowlistIdentifierList());
  },

  async blocklist_identifiers() {
    const api = clerk.blocklistIdentifiers;
    const made = await api.createBlocklistIdentifier({ identifier: "+15555550100" });
    assert.equal(made.identifierType, "phone_number");
    listed(await api.getBlocklistIdentifierList(), made.id);
    assert.equal((await api.deleteBlocklistIdentifier(made.id)).deleted, true);
    listed(await api.getBlocklistIdentifierList());
  },

  async domains() {
    const made = await clerk.domains.add({ name: "a.example", is_satellite: true });
    assert.equal(made.isSatellite, true);
    assert.equal((await clerk.domains.list()).totalCount, 2);
    const changed = await clerk.domains.update({ domainId: made.id, name: "b.example" });
    assert.equal(changed.name, "b.example");
    assert.equal((await clerk.domains.deleteDomain(made.id)).deleted, true);
    assert.equal((await clerk.domains.list()).totalCount, 1);
  },

  async api_keys() {
    const subject = (await clerk.organizations.createOrganization({ name: "Acme" })).id;
    const made = await clerk.apiKeys.create({ name: "key", subject, scopes: ["a:b"], claims: { x: 1 } });
    assert.match(made.id, /^ak_[0-9a-f]{32}$/);
    listed(await clerk.apiKeys.list({ subject }), made.id);
    assert.deepEqual((await clerk.apiKeys.get(made.id)).claims, { x: 1 });
    assert.equal((await clerk.apiKeys.getSecret(made.id)).secret, made.secret);
    const changed = await clerk.apiKeys.update({ apiKeyId: made.id, subject, description: "d" });
    assert.equal(changed.description, "d");
    assert.equal((await clerk.apiKeys.verify(made.secret)).id, made.id);
    const revoked = await clerk.apiKeys.revoke({ apiKeyId: made.id, revocationReason: "r" });
    assert.equal(revoked.revoked, true);
    await refused(404, "resource_not_found", clerk.apiKeys.verify(made.secret));
    listed(await clerk.apiKeys.list({ subject }));
    listed(await clerk.apiKeys.list({ subject, includeInvalid: true }), made.id);
    assert.equal((await clerk.apiKeys.delete(made.id)).deleted, true);
  },

  async oauth_applications() {
    const api = clerk.oauthApplications;
    const made = await api.create({ name: "Acme", redirectUris: ["acme://cb"], scopes: "email" });
    assert.match(made.id, /^oa_\w{27}$/);
    assert.equal(made.scopes, "email offline_access");
    assert.equal(made.clientSecret.length, 32);
    listed(await api.list({ nameQuery: "acm", orderBy: "-created_at" }), made.id);
    const { clientSecret, ...shown } = await api.get(made.id);
    assert.equal(clientSecret, undefined);
    assert.equal(shown.clientId, made.clientId);
    const one = { oauthApplicationId: made.id };
    const changed = await api.update({ ...one, name: "Acme Inc", redirectUris: [] });
    assert.deepEqual([changed.name, changed.redirectUris], ["Acme Inc", []]);
    assert.notEqual((await api.rotateSecret(made.id)).clientSecret, made.clientSecret);
    await api.revokeToken({ ...one, token: "oat_x" });
    assert.equal((await api.delete(made.id)).deleted, true);
    await refused(404, "resource_not_found", api.get(made.id));
  },

  async instance() {
    const instance = await clerk.instance.get();
    assert.equal(instance.environmentType, "development");
    await clerk.instance.update({ allowedOrigins: ["https://a.example"], testMode: true });
    assert.deepEqual((await clerk.instance.get()).allowedOrigins, ["https://a.example"]);
    const restrictions = await clerk.instance.updateRestrictions({ blocklist: true });
    assert.equal(restrictions.blocklist, true);
    assert.equal(restrictions.allowlist, false);
    const settings = await clerk.instance.updateOrganizationSettings({ maxAllowedMemberships: 7 });
    assert.equal(settings.maxAllowedMemberships, 7);
    assert.equal(settings.enabled, true);
  },

  async users() {
    const made = await clerk.users.createUser({
      emailAddress: ["Ann@Example.com"],
      firstName: "Ann",
      publicMetadata: { role: "admin" },
    });
    assert.equal(made.primaryEmailAddress.emailAddress, "ann@example.com");
    listed(await clerk.users.getUserList(), made.id);
    listed(await clerk.users.getUserList({ emailAddress: ["nobody@example.com"] }));
    assert.equal(await clerk.users.getCount(), 1);
    const changed = await clerk.users.updateUser(made.id, { lastName: "Lee" });
    assert.equal(changed.fullName, "Ann Lee");
    assert.equal((await clerk.users.deleteUser(made.id)).deleted, true);
    await refused(404, "resource_not_found", clerk.users.getUser(made.id));
  },

  async sessions() {
    const userId = (await clerk.users.createUser({ username: "ann" })).id;
    const made = await clerk.sessions.createSession({ userId });
    assert.equal(made.status, "active");
    listed(await clerk.sessions.getSessionList({ userId, status: "active" }), made.id);
    assert.equal((await clerk.sessions.getSession(made.id)).userId, userId);
    assert.equal((await clerk.sessions.revokeSession(made.id)).status, "revoked");
    listed(await clerk.sessions.getSessionList({ userId, status: "active" }));
  },

  async tokens() {
    const publicMetadata = { role: "admin" };
    const userId = (await clerk.users.createUser({ username: "ann", publicMetadata })).id;
    const sessionId = (await clerk.sessions.createSession({ userId })).id;
    const claims = { role: "{{user.public_metadata.role}}", text: "is {{user.username}}" };
    await clerk.jwtTemplates.create({ name: "api", claims });

    const { jwt } = await clerk.sessions.getToken(sessionId);
    const session = await verifyToken(jwt, { secretKey, apiUrl, skipJwksCache: true });
    assert.equal(session.sub, userId);
    assert.equal(session.sid, sessionId);

    const token = (await clerk.sessions.getToken(sessionId, "api")).jwt;
    const verified = await verifyToken(token, { secretKey, apiUrl });
    assert.equal(verified.role, "admin");
    assert.equal(verified.text, "is ann");

    const [head, body, signature] = jwt.split(".");
    const forged = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(body, "base64url")), sub: "user_other" }),
    ).toString("base64url");
    await assert.rejects(
      verifyToken([head, forged, signature].join("."), { secretKey, apiUrl }),
      { reason: "token-invalid-signature" },
    );
  },

  async authenticated_requests() {
    const userId = (await clerk.users.createUser({ username: "ann" })).id;
    const sessionId = (await clerk.sessions.createSession({ userId })).id;
    const { jwt } = await clerk.sessions.getToken(sessionId);
    const publishableKey = `pk_test_${Buffer.from("sandbox.clerk.accounts.dev$").toString("base64")}`;
    const request = (token) =>
      new Request("https://app.example/", { headers: { Authorization: `Bearer ${token}` } });
    const authenticate = (token) =>
      clerk.authenticateRequest(request(token), { publishableKey, secretKey, apiUrl });

    const signedIn = await authenticate(jwt);
    assert.equal(signedIn.isAuthenticated, true, signedIn.reason);
    assert.equal(signedIn.toAuth().userId, userId);
    assert.equal((await authenticate(`${jwt.slice(0, -4)}AAAA`)).isAuthenticated, false);
  },
};

await kinds[process.argv[2]]();
