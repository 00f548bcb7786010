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
            "must be one of user, assistant, system, developer, tool",
            "must be at most 50 characters long");
        Fails(_validator, new ListMessagesQuery { MessageType = "\0" }, "must not contain U+0000");
    }

    [Fact]
    public void Positions_are_numbers_from_zero_and_the_limit_is_1000()
    {
        Passes(_validator, new ListMessagesQuery { After = 0, Before = 0, Limit = 1 });
        Passes(_validator, new ListMessagesQuery { After = long.MaxValue, Before = long.MaxValue, Limit = 1000 });
        Fails(
            _validator,
            new ListMessagesQuery { After = -1, Before = -1, Limit = 0 },
            "must be 0 or more",
            "must be 0 or more",
            "must be between 1 and 1000");
        Fails(_validator, new ListMessagesQuery { Limit = 1001 }, "must be between 1 and 1000");
    }

    [Fact]
    public void A_list_is_read_by_page_or_by_position()
    {
        const string NotWithPosition = "must not be given together with after, before or limit";
        const string NotWithPage = "must not be given together with page or page_size";
        Fails(_validator, new ListMessagesQuery { Page = 1, After = 0 }, NotWithPosition, NotWithPage);
        Fails(
            _validator,
            new ListMessagesQuery { Page = 1, PageSize = 1, After = 0, Before = 1, Limit = 1 },
            NotWithPosition, NotWithPosition, NotWithPage, NotWithPage, NotWithPage);
    }
}
