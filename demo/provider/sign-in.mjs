// Where the provider asks who somebody is: /sign-in/<errand>. A form with name and password, and a way to cancel.

import { signInPage } from "./pages.mjs";

const MOST = 4096; // bytes of a form

/** Answers one request below /sign-in/. */
export async function signIn(provider, people, request, response) {
  try {
    const errand = await provider.interactionDetails(request, response);
    if (errand.prompt.name !== "login") return await finish({ consent: {} }); // whoever signed in lets the client have what it asks for
    if (request.method !== "POST") return await show({ account: errand.params.login_hint });

    const form = new URLSearchParams(await bodyOf(request));
    if (form.get("decision") === "cancel") {
      return await finish({ error: "access_denied", error_description: "The person cancelled the sign-in." });
    }
    const typed = form.get("account") ?? "";
    const person = people.find(({ user_name, email }) => [user_name, email].includes(typed.trim()));
    if (person === undefined || person.password !== form.get("password")) {
      return await show({ account: typed, problem: "Name and password do not belong together." }, 422);
    }
    await finish({ login: { accountId: person.subject } });

    async function show(what, status = 200) {
      const client = await provider.Client.find(errand.params.client_id);
      const signIns = people.map(({ user_name, password }) => `${user_name} (password: ${password})`).join(", ");
      const { body, headers } = await signInPage({ client: client?.clientName ?? errand.params.client_id, signIns, ...what });
      response.writeHead(status, headers).end(body);
    }
  } catch (error) {
    // The errand has ended, or this browser never began it.
    response.writeHead(error.statusCode ?? 400, { "content-type": "text/plain; charset=utf-8" });
    response.end("This sign-in has ended. Go back to where you came from, and begin again.\n");
  }

  function finish(result) {
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
}

async function bodyOf(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MOST) throw new Error("too long");
  }
  return text;
}
