import secrets from "k6/secrets";

/** Asks k6 for the secrets that become headers; call it once a user, not once a request. */
export async function readSecretHeaders(names: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [header, name] of Object.entries(names)) {
    try {
      headers[header] = await secrets.get(name);
    } catch (error) {
      throw new Error(`headers_from_secrets: k6 has no secret "${name}" for the header ${header}: ${String(error)}`, {
        cause: error,
      });
    }
  }
  return headers;
}
