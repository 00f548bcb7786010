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
        Passes(_validator, new ListSessionsQuery { Status = "archived" });
        Fails(_validator, new ListSessionsQuery { Status = "any" }, "must be one of active, completed, ended, archived, expired");
    }
}
