// Drives a referral from requested to closed by the client that was generated in Java (java.net.http).

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.ApiResponse;
import org.openapitools.client.api.EventsApi;
import org.openapitools.client.api.ProgrammesApi;
import org.openapitools.client.api.ReferralsApi;
import org.openapitools.client.model.*;

public final class Drive {
  private static final long SECONDS_MAX = 30;
  private static final double WAIT_SECONDS = 2.0;
  private static final long PAUSE_MS = 100;

  public static void main(String[] arguments) throws Exception {
    ApiClient atSender = client(arguments[0], arguments[4]);
    ReferralsApi sender = new ReferralsApi(atSender);
    ReferralsApi recipient = new ReferralsApi(client(arguments[1], arguments[5]));
    OfferedProgramme offered =
        new ProgrammesApi(atSender).listProgrammes(arguments[2]).getProgrammes().stream()
            .filter(each -> each.getProgramme().getProgramme().equals(arguments[3]))
            .findFirst()
            .orElseThrow();
    check(offered.getProgramme().getVersion() > Integer.MAX_VALUE, "The version needs 64 bits.");
    ReferralOrder order = orderFor(arguments[2], offered.getAgency(), arguments[3]);
    String key = key();
    ApiResponse<ReferralStanding> made = sender.createReferralWithHttpInfo(key, order);
    UUID referral = made.getData().getId();
    same("/v1/referrals/" + referral, header(made, "location"));
    ApiResponse<ReferralStanding> again = sender.createReferralWithHttpInfo(key, order);
    same(referral, again.getData().getId());
    same("true", header(again, "idempotent-replayed"));
    Problem duplicate = refused(409, () -> sender.createReferral(key(), order));
    same("urn:ieum:problem:duplicate", duplicate.getType());
    same(referral, duplicate.getReferral());
    decideAll(recipient, referral);
    waitFor(sender, referral, State.COMPLETED);
    AnswerOutcome heard = new AnswerOutcome().ask(AnswerOutcome.AskEnum.OUTCOME_ACKNOWLEDGED);
    sender.askRecipient(referral, key(), new AskOrder(heard), null);
    waitFor(recipient, referral, State.CLOSED);
    ReferralDetail closed = waitFor(sender, referral, State.CLOSED);
    same(ClosedAs.COMPLETED, closed.getClosedAs());
    same(Outcome.SERVICE_PROVIDED, closed.getOutcome());
    followUntil(new EventsApi(atSender), referral, "referral.closed.v1");
  }

  /** Accepts, starts and completes it, each on the version that was read. */
  private static void decideAll(ReferralsApi recipient, UUID referral) throws Exception {
    OffsetDateTime soon = OffsetDateTime.now(ZoneOffset.UTC).plusDays(1);
    Appointment appointment =
        new Appointment().at(soon).place("2층 상담실").bring(List.of(Document.INCOME_PROOF));
    GoalMet met = new GoalMet().goal(Goal.INCOME_SECURED).met(true);
    List<DecisionOrder> decisions =
        List.of(
            new DecisionOrder(
                new Accept()
                    .decision(Accept.DecisionEnum.ACCEPTED)
                    .contactBy(soon)
                    .appointment(appointment)),
            new DecisionOrder(new Start().decision(Start.DecisionEnum.STARTED)),
            new DecisionOrder(
                new Complete()
                    .decision(Complete.DecisionEnum.COMPLETED)
                    .outcome(Outcome.SERVICE_PROVIDED)
                    .goals(List.of(met))));
    long version = waitFor(recipient, referral, State.RECEIVED).getVersion();
    for (DecisionOrder decision : decisions) {
      ApiResponse<ReferralStanding> decided =
          recipient.decideReferralWithHttpInfo(referral, key(), decision, "\"" + version + "\"");
      version = decided.getData().getVersion();
      same("\"" + version + "\"", header(decided, "etag"));
    }
    Problem stale =
        refused(412, () -> recipient.decideReferral(referral, key(), decisions.get(1), "\"1\""));
    same(version, stale.getVersion());
  }

  /** Makes an order for a made-up client that nobody has referred before. */
  private static ReferralOrder orderFor(String agency, String address, String programme) {
    ConsentArtefact consent =
        new ConsentArtefact()
            .id(UUID.randomUUID())
            .recipient(address)
            .purpose(programme)
            .items(List.of("client.name", "contact.phone", "circumstances.household_size"))
            .retentionDays(365)
            .refusalText("동의를 거부할 수 있습니다.")
            .refusalTextVersion("2026-01")
            .agreed(List.of(ConsentLine.PROVISION))
            .method(ConsentMethod.TABLET)
            .givenAt(OffsetDateTime.now(ZoneOffset.UTC).minusHours(1))
            .evidenceSha256("0".repeat(64));
    Circumstances circumstances =
        new Circumstances()
            .householdSize(new FactHouseholdSize().value(2).source(FactSource.STATED))
            .householdAssets(new FactWon().value(3_000_000_000L).source(FactSource.STATED));
    ReferralDetails details =
        new ReferralDetails()
            .client(new ClientDetails().name("가나다 시험"))
            .contact(new Contact().phone("010-0000-0000").safeToCall(true))
            .circumstances(circumstances)
            .consent(consent);
    return new ReferralOrder()
        .recipient(agency)
        .clientRef("JV-" + UUID.randomUUID().toString().substring(0, 12))
        .subject(SubjectKind.PERSON)
        .programme(programme)
        .handOver(HandOver.RECIPIENT_CONTACTS)
        .goals(List.of(Goal.INCOME_SECURED))
        .sealed(details);
  }

  /** Reads a referral until it has a state at an agency. */
  private static ReferralDetail waitFor(ReferralsApi api, UUID referral, State state) throws Exception {
    Instant until = Instant.now().plusSeconds(SECONDS_MAX);
    while (Instant.now().isBefore(until)) {
      try {
        ReferralDetail read = api.readReferral(referral);
        if (read.getState() == state) {
          return read;
        }
      } catch (ApiException notYet) {
        same(404, notYet.getCode());
      }
      Thread.sleep(PAUSE_MS);
    }
    throw new AssertionError("The referral was not " + state + " within " + SECONDS_MAX + " s.");
  }

  /** Follows the events of an agency, page by page, until one of a referral comes. */
  private static void followUntil(EventsApi api, UUID referral, String type) throws ApiException {
    Instant until = Instant.now().plusSeconds(SECONDS_MAX);
    String after = "0";
    while (Instant.now().isBefore(until)) {
      FeedPage page = api.followEvents(after, null, WAIT_SECONDS);
      for (FeedEvent event : page.getEvents()) {
        if (event.getKey().equals(referral) && event.getType().equals(type)) {
          return;
        }
      }
      after = page.getNext();
    }
    throw new AssertionError("No event " + type + " came within " + SECONDS_MAX + " s.");
  }

  /** Makes a client as the generator makes it: its HttpClient offers HTTP/2 by `Upgrade: h2c`. */
  private static ApiClient client(String url, String token) {
    ApiClient made = new ApiClient();
    made.updateBaseUri(url);
    made.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
    made.setReadTimeout(Duration.ofSeconds(SECONDS_MAX));
    return made;
  }

  private static Problem refused(int status, Call call) throws Exception {
    try {
      call.run();
    } catch (ApiException error) {
      same(status, error.getCode());
      return ApiClient.createDefaultObjectMapper().readValue(error.getResponseBody(), Problem.class);
    }
    throw new AssertionError("The call was not refused.");
  }

  private static String key() {
    return UUID.randomUUID().toString();
  }

  private static String header(ApiResponse<?> answer, String name) {
    return answer.getHeaders().getOrDefault(name, List.of()).stream().findFirst().orElse(null);
  }

  private static void same(Object expected, Object found) {
    check(Objects.equals(expected, found), expected + " was expected, " + found + " found.");
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  private interface Call {
    void run() throws ApiException;
  }
}
