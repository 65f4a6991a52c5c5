// Drives a referral from requested to closed by the types that were generated for TypeScript and openapi-fetch.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Schemas = components["schemas"];
type Api = Client<paths>;

const SECONDS_MAX = 30;
const WAIT_SECONDS = 2;
const PAUSE_MS = 100;

/** Gives what was answered; a problem ends the story. */
function good<T>(answer: { data?: T; error?: unknown; response: Response }, status: number): T {
  assert.equal(answer.response.status, status, JSON.stringify(answer.error));
  assert.ok(answer.data !== undefined);
  return answer.data;
}

/** Makes an order for a made-up client that nobody has referred before. */
function orderFor(agency: string, address: string, programme: string): Schemas["ReferralOrder"] {
  return {
    recipient: agency,
    client_ref: `TS-${randomUUID().slice(0, 12)}`,
    subject: "person",
    programme,
    hand_over: "recipient-contacts",
    goals: ["income-secured"],
    sealed: {
      client: { name: "가나다 시험" },
      contact: { phone: "010-0000-0000", safe_to_call: true },
      circumstances: {
        household_size: { value: 2, source: "stated" },
        household_assets: { value: 3_000_000_000, source: "stated" },
      },
      consent: {
        id: randomUUID(),
        recipient: address,
        purpose: programme,
        items: ["client.name", "contact.phone", "circumstances.household_size"],
        retention_days: 365,
        refusal_text: "동의를 거부할 수 있습니다.",
        refusal_text_version: "2026-01",
        agreed: ["provision"],
        method: "tablet",
        given_at: new Date(Date.now() - 3_600_000).toISOString(),
        evidence_sha256: "0".repeat(64),
      },
    },
  };
}

/** Reads a referral until it has a state at an agency. */
async function waitFor(api: Api, referral: string, state: Schemas["State"]): Promise<Schemas["ReferralDetail"]> {
  const until = Date.now() + SECONDS_MAX * 1000;
  while (Date.now() < until) {
    const read = await api.GET("/v1/referrals/{referral}", { params: { path: { referral } } });
    if (read.response.status !== 404 && good(read, 200).state === state) return good(read, 200);
    await pause(PAUSE_MS);
  }
  throw new assert.AssertionError({ message: `The referral was not ${state} within ${SECONDS_MAX} s.` });
}

/** Follows the events of an agency, page by page, until one of a referral comes. */
async function followUntil(api: Api, referral: string, type: string): Promise<void> {
  const until = Date.now() + SECONDS_MAX * 1000;
  for (let after = "0"; Date.now() < until; ) {
    const page = good(await api.GET("/v1/events", { params: { query: { after, wait: WAIT_SECONDS } } }), 200);
    if (page.events.some((event) => event.key === referral && event.type === type)) return;
    after = page.next;
  }
  throw new assert.AssertionError({ message: `No event ${type} came within ${SECONDS_MAX} s.` });
}

/** Accepts, starts and completes it, each on the version that was read. */
async function decideAll(recipient: Api, referral: string): Promise<void> {
  const soon = new Date(Date.now() + 86_400_000).toISOString();
  const decisions: Schemas["DecisionOrder"][] = [
    {
      decision: "accepted",
      contact_by: soon,
      appointment: { at: soon, place: "2층 상담실", bring: ["income-proof"] },
    },
    { decision: "started" },
    {
      decision: "completed",
      outcome: "service-provided",
      goals: [{ goal: "income-secured", met: true }],
    },
  ];
  let standing: Schemas["ReferralStanding"] = await waitFor(recipient, referral, "received");
  const decide = (body: Schemas["DecisionOrder"], version: number) =>
    recipient.POST("/v1/referrals/{referral}/decisions", {
      params: { path: { referral }, header: { "Idempotency-Key": randomUUID(), "If-Match": `"${version}"` } },
      body,
    });
  for (const body of decisions) {
    assert.ok(standing.allowed.includes(body.decision));
    const decided = await decide(body, standing.version);
    standing = good(decided, 200);
    assert.equal(decided.response.headers.get("etag"), `"${standing.version}"`);
  }
  const stale = await decide({ decision: "started" }, 1);
  assert.equal(stale.response.status, 412);
  assert.equal(stale.error?.version, standing.version);
}

async function main(urls: string[], agency: string, programme: string, tokens: string[]): Promise<void> {
  const [sender, recipient]: Api[] = urls.map((baseUrl, place) =>
    createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${tokens[place]}` } }),
  );
  assert.ok(sender !== undefined && recipient !== undefined);
  const known = good(await sender.GET("/v1/programmes", { params: { query: { agency } } }), 200);
  const offered = known.programmes.find((each) => each.programme.programme === programme);
  assert.ok(offered !== undefined && offered.programme.version > 2 ** 31);
  const body = orderFor(agency, offered.agency, programme);
  const refer = (key: string) =>
    sender.POST("/v1/referrals", { params: { header: { "Idempotency-Key": key } }, body });
  const key = randomUUID();
  const made = await refer(key);
  const referral = good(made, 201).id;
  assert.equal(made.response.headers.get("location"), `/v1/referrals/${referral}`);
  const again = await refer(key);
  assert.equal(good(again, 201).id, referral);
  assert.equal(again.response.headers.get("idempotent-replayed"), "true");
  const second = await refer(randomUUID());
  assert.equal(second.response.status, 409);
  assert.equal(second.error?.type, "urn:ieum:problem:duplicate");
  assert.equal(second.error?.referral, referral);
  await decideAll(recipient, referral);
  await waitFor(sender, referral, "completed");
  const asked = await sender.POST("/v1/referrals/{referral}/asks", {
    params: { path: { referral }, header: { "Idempotency-Key": randomUUID() } },
    body: { ask: "outcome-acknowledged" },
  });
  good(asked, 200);
  await waitFor(recipient, referral, "closed");
  const closed = await waitFor(sender, referral, "closed");
  assert.equal(closed.closed_as, "completed");
  assert.equal(closed.outcome, "service-provided");
  await followUntil(sender, referral, "referral.closed.v1");
}

const [senderUrl, recipientUrl, agency, programme, ...tokens] = process.argv.slice(2);
assert.ok(senderUrl && recipientUrl && agency && programme);
await main([senderUrl, recipientUrl], agency, programme, tokens);
