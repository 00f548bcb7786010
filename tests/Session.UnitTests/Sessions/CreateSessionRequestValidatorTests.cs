using FluentValidation;
using SessionService.Application.Identity;
using SessionService.Application.Json;
using SessionService.Application.Sessions;
using static SessionService.UnitTests.Validation.ValidatorAssert;

namespace SessionService.UnitTests.Sessions;

public sealed class CreateSessionRequestValidatorTests
{
    private readonly CreateSessionRequestValidator _validator = new(SmallLimits, TimeProvider.System);

    [Theory]
    [InlineData("u", 255)]
    [InlineData("😀", 255)]
    public void A_user_id_may_have_255_code_points(string character, int count)
    {
        Passes(_validator, new CreateSessionRequest { UserId = Repeat(character, count) });
        Passes(_validator, new CreateSessionRequest { UserId = "  " + Repeat(character, count) + "  " });
        Fails(_validator, new CreateSessionRequest { UserId = Repeat(character, count + 1) }, "must be at most 255 characters long");
    }

    [Theory]
    [InlineData("", "must not be blank")]
    [InlineData(" \t ", "must not be blank")]
    [InlineData("a\0", "must not contain U+0000")]
    public void A_user_id_that_cannot_be_one_is_refused(string userId, string reason)
    {
        Fails(_validator, new CreateSessionRequest { UserId = userId }, reason);
    }

    [Fact]
    public void A_user_id_with_a_lone_surrogate_is_refused()
    {
        Fails(_validator, new CreateSessionRequest { UserId = "a\udc00" }, "must not contain lone surrogates");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_user_id_is_required_only_where_nobody_else_is_named(bool namesCaller)
    {
        var context = new ValidationContext<CreateSessionRequest>(new CreateSessionRequest());
        context.SetNamesCaller(namesCaller);

        Assert.Equal(namesCaller, _validator.Validate(context).IsValid);
    }

    [Fact]
    public void Free_JSON_must_be_an_object_of_bearable_size()
    {
        Passes(_validator, Request("""{"a":"1234"}"""));
        Fails(_validator, Request("""{"a":"12345"}"""), "must be at most 12 bytes long", "must be at most 12 bytes long");
        Fails(_validator, Request("""[]"""), "must be a JSON object", "must be a JSON object");
        Fails(_validator, Request("1"), "must be a JSON object", "must be a JSON object");
    }

    private static CreateSessionRequest Request(string json) =>
        new() { UserId = "user", ConversationData = new JsonText(json), Metadata = new JsonText(json) };
}
