using Microsoft.Extensions.Time.Testing;
using SessionService.Application.Json;
using SessionService.Application.Sessions;
using static SessionService.UnitTests.Validation.ValidatorAssert;

namespace SessionService.UnitTests.Sessions;

public sealed class UpdateSessionRequestValidatorTests
{
    private static readonly DateTimeOffset Now = new(2025, 9, 23, 14, 21, 49, TimeSpan.Zero);

    private readonly UpdateSessionRequestValidator _validator = new(SmallLimits, new FakeTimeProvider(Now));

    [Fact]
    public void Nothing_need_be_given()
    {
        Passes(_validator, new UpdateSessionRequest());
    }

    [Theory]
    [InlineData("active")]
    [InlineData("completed")]
    [InlineData("ended")]
    [InlineData("archived")]
    [InlineData("expired")]
    public void The_five_statuses_are_known(string status)
    {
        Passes(_validator, new UpdateSessionRequest { Status = status });
    }

    [Theory]
    [InlineData("")]
    [InlineData("Active")]
    [InlineData("closed")]
    public void Another_status_is_refused(string status)
    {
        Fails(_validator, new UpdateSessionRequest { Status = status }, "must be one of active, completed, ended, archived, expired");
    }

    [Fact]
    public void A_summary_is_measured_in_bytes_of_UTF_8()
    {
        Passes(_validator, new UpdateSessionRequest { SessionSummary = "" });
        Passes(_validator, new UpdateSessionRequest { SessionSummary = "ééééé" });
        Fails(_validator, new UpdateSessionRequest { SessionSummary = "éééééa" }, "must be at most 10 bytes of UTF-8 long");
        Fails(_validator, new UpdateSessionRequest { SessionSummary = "\0" }, "must not contain U+0000");
    }

    [Fact]
    public void Free_JSON_must_be_an_object()
    {
        Fails(
            _validator,
            new UpdateSessionRequest { ConversationData = new JsonText("[]"), Metadata = new JsonText("\"text\"") },
            "must be a JSON object",
            "must be a JSON object");
    }

    [Fact]
    public void The_last_activity_is_not_before_1970_and_not_in_the_future()
    {
        Passes(_validator, new UpdateSessionRequest { LastActivity = Now.AddMinutes(5) });
        Fails(_validator, new UpdateSessionRequest { LastActivity = Now.AddMinutes(5).AddTicks(1) }, "must not be in the future");
        Passes(_validator, new UpdateSessionRequest { LastActivity = DateTimeOffset.UnixEpoch });
        Fails(
            _validator,
            new UpdateSessionRequest { LastActivity = DateTimeOffset.UnixEpoch.AddTicks(-1) },
            "must not be before 1970-01-01T00:00:00Z");
    }
}
