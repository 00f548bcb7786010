using SessionService.Domain.Sessions;

namespace SessionService.UnitTests.Sessions;

public sealed class SessionStatusTests
{
    private static readonly string[] Names = ["active", "completed", "ended", "archived", "expired"];

    // One row for each status that a session has, one column for each that it may be given, in the order of Names.
    private static readonly string[] Allowed =
    [
        "yyyyy",
        "yyyyy",
        "--y--",
        "y--y-",
        "y---y",
    ];

    public static TheoryData<string, string, bool> Changes()
    {
        var changes = new TheoryData<string, string, bool>();
        for (var from = 0; from < Names.Length; from++)
        {
            for (var to = 0; to < Names.Length; to++)
            {
                changes.Add(Names[from], Names[to], Allowed[from][to] == 'y');
            }
        }

        return changes;
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_session_changes_its_status_only_as_the_contract_allows(string from, string to, bool allowed)
    {
        Assert.Equal(allowed, SessionStatuses.Parse(from).MayBecome(SessionStatuses.Parse(to)));
    }

    [Theory]
    [InlineData("active", true)]
    [InlineData("completed", true)]
    [InlineData("ended", false)]
    [InlineData("archived", false)]
    [InlineData("expired", false)]
    public void Only_active_and_completed_sessions_are_active(string status, bool active)
    {
        Assert.Equal(active, SessionStatuses.Parse(status).IsActive());
    }

    [Fact]
    public void Every_status_has_a_name_that_leads_back_to_it()
    {
        Assert.Equal(Names, Enum.GetValues<SessionStatus>().Select(status => status.Name()));
        Assert.All(Names, name => Assert.Equal(name, SessionStatuses.Parse(name).Name()));
        Assert.All(Names, name => Assert.True(SessionStatuses.IsKnown(name)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Active")]
    [InlineData("active ")]
    [InlineData("0")]
    [InlineData("deleted")]
    public void Any_other_word_is_no_status(string name)
    {
        Assert.False(SessionStatuses.IsKnown(name));
        Assert.Throws<FormatException>(() => SessionStatuses.Parse(name));
    }
}
