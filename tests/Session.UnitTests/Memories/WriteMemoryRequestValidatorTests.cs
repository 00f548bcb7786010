using SessionService.Application.Json;
using SessionService.Application.Memories;
using static SessionService.UnitTests.Validation.ValidatorAssert;

namespace SessionService.UnitTests.Memories;

public sealed class WriteMemoryRequestValidatorTests
{
    private readonly WriteMemoryRequestValidator _validator = new(SmallLimits);

    [Fact]
    public void Only_content_is_required()
    {
        Passes(_validator, new WriteMemoryRequest { Content = "Short." });
        Fails(_validator, new WriteMemoryRequest(), "is required");
    }

    [Fact]
    public void Content_is_measured_in_bytes_of_UTF_8_and_not_blank()
    {
        Passes(_validator, new WriteMemoryRequest { Content = "ééééé" });
        Fails(_validator, new WriteMemoryRequest { Content = "éééééa" }, "must be at most 10 bytes of UTF-8 long");
        Fails(_validator, new WriteMemoryRequest { Content = " " }, "must not be blank");
        Fails(_validator, new WriteMemoryRequest { Content = "a\0" }, "must not contain U+0000");
    }

    [Theory]
    [InlineData("t")]
    [InlineData("😀")]
    public void A_type_may_have_100_code_points(string character)
    {
        Passes(_validator, new WriteMemoryRequest { Content = "Short.", MemoryType = Repeat(character, 100) });
        Fails(
            _validator,
            new WriteMemoryRequest { Content = "Short.", MemoryType = Repeat(character, 101) },
            "must be at most 100 characters long");
        Fails(_validator, new WriteMemoryRequest { Content = "Short.", MemoryType = "" }, "must not be blank");
    }

    [Fact]
    public void Preferences_are_an_object_and_tasks_an_array()
    {
        Passes(_validator, Memory("{}", "{}", "[]"));
        Fails(_validator, Memory("[]", "[]", "{}"), "must be a JSON object", "must be a JSON object", "must be a JSON array");
        Fails(_validator, Memory("1", "\"{}\"", "\"[]\""), "must be a JSON object", "must be a JSON object", "must be a JSON array");
        Passes(_validator, Memory("{}", "{}", "[1234567890]"));
        Fails(_validator, Memory("{}", "{}", "[12345678901]"), "must be at most 12 bytes long");
    }

    private static WriteMemoryRequest Memory(string metadata, string userPreferences, string ongoingTasks) => new()
    {
        Content = "Short.",
        Metadata = new JsonText(metadata),
        UserPreferences = new JsonText(userPreferences),
        OngoingTasks = new JsonText(ongoingTasks),
    };
}
