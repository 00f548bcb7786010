using SessionService.Application.Messages;
using static SessionService.UnitTests.Validation.ValidatorAssert;

namespace SessionService.UnitTests.Messages;

public sealed class ListMessagesQueryValidatorTests
{
    private readonly ListMessagesQueryValidator _validator = new();

    [Fact]
    public void Pages_begin_at_one_and_hold_up_to_200_messages()
    {
        Passes(_validator, new ListMessagesQuery());
        Passes(_validator, new ListMessagesQuery { Page = 1, PageSize = 1 });
        Passes(_validator, new ListMessagesQuery { Page = int.MaxValue, PageSize = 200 });
        Fails(_validator, new ListMessagesQuery { Page = 0, PageSize = 0 }, "must be 1 or more", "must be between 1 and 200");
        Fails(_validator, new ListMessagesQuery { PageSize = 201 }, "must be between 1 and 200");
    }

    [Fact]
    public void There_are_two_orders()
    {
        Passes(_validator, new ListMessagesQuery { Order = "asc" });
        Passes(_validator, new ListMessagesQuery { Order = "desc" });
        Fails(_validator, new ListMessagesQuery { Order = "DESC" }, "must be asc or desc");
    }

    [Fact]
    public void Filters_are_validated_as_the_fields_are()
    {
        Passes(_validator, new ListMessagesQuery { Role = "tool", MessageType = Repeat("😀", 50) });
        Fails(
            _validator,
            new ListMessagesQuery { Role = "function", MessageType = Repeat("t", 51) },
            "must be one of user, assistant, system, tool",
            "must be at most 50 characters long");
        Fails(_validator, new ListMessagesQuery { MessageType = "\0" }, "must not contain U+0000");
    }
}
