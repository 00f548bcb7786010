using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using SessionService.Application.Attachments;
using SessionService.Application.Json;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;
using static SessionService.UnitTests.Validation.ValidatorAssert;

namespace SessionService.UnitTests.Messages;

public sealed class CreateMessageRequestValidatorTests
{
    private static readonly DateTimeOffset Now = new(2025, 9, 23, 14, 54, 8, TimeSpan.Zero);

    private readonly CreateMessageRequestValidator _validator = new(SmallLimits, Options.Create(new AttachmentOptions()), new FakeTimeProvider(Now));

    [Theory]
    [InlineData("user")]
    [InlineData("assistant")]
    [InlineData("system")]
    [InlineData("tool")]
    [InlineData("developer")]
    public void The_roles_are_known(string role)
    {
        Passes(_validator, Message(role: role));
    }

    [Theory]
    [InlineData("")]
    [InlineData("User")]
    [InlineData("function")]
    public void Another_role_is_refused(string role)
    {
        Fails(_validator, Message(role: role), "must be one of user, assistant, system, developer, tool");
    }

    [Fact]
    public void Role_and_content_are_required()
    {
        Fails(_validator, new CreateMessageRequest(), "is required", "is required");
    }

    [Theory]
    [InlineData("1234567890", null)]
    [InlineData("12345678901", "must be at most 10 bytes of UTF-8 long")]
    [InlineData("ééééé", null)]
    [InlineData("éééééa", "must be at most 10 bytes of UTF-8 long")]
    [InlineData("😀😀ab", null)]
    [InlineData("😀😀abc", "must be at most 10 bytes of UTF-8 long")]
    [InlineData("a\0", "must not contain U+0000")]
    [InlineData("", "must not be blank")]
    [InlineData(" \r\n\t", "must not be blank")]
    [InlineData("\u3000", "must not be blank")]
    public void Content_is_measured_in_bytes_of_UTF_8_and_not_blank(string content, string? reason)
    {
        Fails(_validator, Message(content: content), reason is null ? [] : [reason]);
    }

    [Fact]
    public void Content_with_a_lone_surrogate_is_refused()
    {
        Fails(_validator, Message(content: "a\ud800"), "must not contain lone surrogates");
    }

    [Theory]
    [InlineData("t")]
    [InlineData("😀")]
    public void A_type_may_have_50_code_points(string character)
    {
        Passes(_validator, Message(messageType: Repeat(character, 50)));
        Fails(_validator, Message(messageType: Repeat(character, 51)), "must be at most 50 characters long");
    }

    [Theory]
    [InlineData("", "must not be blank")]
    [InlineData("  ", "must not be blank")]
    [InlineData("\0", "must not contain U+0000")]
    public void A_type_that_cannot_be_one_is_refused(string messageType, string reason)
    {
        Fails(_validator, Message(messageType: messageType), reason);
    }

    [Fact]
    public void Tokens_are_zero_or_more()
    {
        Passes(_validator, Message(tokensUsed: 0));
        Passes(_validator, Message(tokensUsed: int.MaxValue));
        Fails(_validator, Message(tokensUsed: -1), "must be 0 or more");
    }

    [Fact]
    public void The_cost_fits_its_column()
    {
        Passes(_validator, Message(costUsd: 0));
        Passes(_validator, Message(costUsd: Money.Max));
        Fails(_validator, Message(costUsd: -0.0000000001m), "must be between 0 and 9999999999.9999999999");
        Fails(_validator, Message(costUsd: 10_000_000_000m), "must be between 0 and 9999999999.9999999999");
        Fails(_validator, Message(costUsd: Money.Max + 0.00000000005m), "must be between 0 and 9999999999.9999999999");
    }

    [Fact]
    public void A_message_is_written_neither_before_1970_nor_in_the_future()
    {
        Passes(_validator, Message(createdAt: Now));
        Passes(_validator, Message(createdAt: DateTimeOffset.UnixEpoch));
        Passes(_validator, Message(createdAt: Now.ToOffset(TimeSpan.FromHours(14))));
        Passes(_validator, Message(createdAt: Now.AddMinutes(5)));
        Fails(_validator, Message(createdAt: Now.AddMinutes(5).AddTicks(1)), "must not be in the future");
        Fails(_validator, Message(createdAt: DateTimeOffset.UnixEpoch.AddTicks(-1)), "must not be before 1970-01-01T00:00:00Z");
    }

    [Fact]
    public void Metadata_must_be_an_object_of_bearable_size()
    {
        Passes(_validator, Message(metadata: """{"a":"1234"}"""));
        Fails(_validator, Message(metadata: """{"a":"12345"}"""), "must be at most 12 bytes long");
        Fails(_validator, Message(metadata: "[]"), "must be a JSON object");
        Fails(_validator, Message(metadata: """{"a":"\u0000"}"""), "must not contain U+0000");
    }

    private static CreateMessageRequest Message(
        string role = "user",
        string content = "Hello",
        string? messageType = null,
        string? metadata = null,
        int? tokensUsed = null,
        decimal? costUsd = null,
        DateTimeOffset? createdAt = null) => new()
        {
            Role = role,
            Content = content,
            MessageType = messageType,
            Metadata = metadata is null ? null : new JsonText(metadata),
            TokensUsed = tokensUsed,
            CostUsd = costUsd,
            CreatedAt = createdAt,
        };
}
