using SessionService.Application.Sessions;
using static SessionService.UnitTests.Validation.ValidatorAssert;

namespace SessionService.UnitTests.Sessions;

public sealed class ListSessionsQueryValidatorTests
{
    private readonly ListSessionsQueryValidator _validator = new();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(int.MaxValue, 100)]
    [InlineData(null, null)]
    public void Pages_begin_at_one_and_hold_up_to_100_sessions(int? page, int? pageSize)
    {
        Passes(_validator, new ListSessionsQuery { Page = page, PageSize = pageSize });
    }

    [Fact]
    public void Paging_out_of_range_is_refused()
    {
        Fails(_validator, new ListSessionsQuery { Page = 0 }, "must be 1 or more");
        Fails(_validator, new ListSessionsQuery { Page = -1 }, "must be 1 or more");
        Fails(_validator, new ListSessionsQuery { PageSize = 0 }, "must be between 1 and 100");
        Fails(_validator, new ListSessionsQuery { PageSize = 101 }, "must be between 1 and 100");
    }

    [Fact]
    public void Only_a_known_status_can_be_asked_for()
    {
        Passes(_validator, new ListSessionsQuery { Status = ["archived", "active,ended"] });
        Fails(_validator, new ListSessionsQuery { Status = ["any"] }, "must be one of active, completed, ended, archived, expired");
    }

    [Fact]
    public void A_cursor_takes_the_place_of_the_page_and_belongs_to_its_filters()
    {
        var cursor = new SessionCursor(0, Guid.NewGuid()).ToText(new SessionFilter { ActiveOnly = true });

        Passes(_validator, new ListSessionsQuery { Cursor = cursor, ActiveOnly = true, PageSize = 10 });
        Fails(_validator, new ListSessionsQuery { Cursor = cursor, ActiveOnly = true, Page = 1 }, "must not be given together with cursor");
        Fails(_validator, new ListSessionsQuery { Cursor = cursor }, "must be the next_cursor of an answer with the same filters and order");
        Fails(
            _validator,
            new ListSessionsQuery { Cursor = cursor, Status = ["any"] },
            "must be one of active, completed, ended, archived, expired");
    }
}
