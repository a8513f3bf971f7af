// Settings through @clerk/backend: node settings.mjs read|write
// Writes what test_settings.py declares as far as the SDK can, or prints what it shows, as JSON.
import { createClerkClient } from "@clerk/backend";

const apiUrl = process.env.CLERK_API_URL;
const secretKey = process.env.CLERK_SECRET_KEY;
const { instance } = createClerkClient({ apiUrl, secretKey, telemetry: { disabled: true } });

const verbs = {
  async write() {
    await instance.update({
      testMode: false,
      hibp: false,
      supportEmail: "help@example.com",
      developmentOrigin: "http://localhost:3000",
      allowedOrigins: ["https://a.example", "app://b"],
      preferredSignInStrategyWhenPasswordRequired: "otp",
    });
    await instance.updateRestrictions({
      blocklist: true,
      blockEmailSubaddresses: true,
      blockDisposableEmailDomains: true,
    });
    await instance.updateOrganizationSettings({
      maxAllowedMemberships: 7,
      domainsEnabled: true,
      domainsEnrollmentModes: ["automatic_suggestion"],
    });
  },

  async read() {
    const { allowedOrigins } = await instance.get();
    const restrictions = await instance.updateRestrictions({});
    const { maxAllowedMemberships, domainsEnabled, domainsEnrollmentModes } =
      await instance.getOrganizationSettings();
    const { blocklist, blockEmailSubaddresses, blockDisposableEmailDomains } = restrictions;
    console.log(
      JSON.stringify({
        allowedOrigins,
        blocklist,
        blockEmailSubaddresses,
        blockDisposableEmailDomains,
        maxAllowedMemberships,
        domainsEnabled,
        domainsEnrollmentModes,
      }),
    );
  },
};

await verbs[process.argv[2]]();
