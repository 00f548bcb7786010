using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.UnitTests.Sessions;

public sealed class SessionTests
{
    private static readonly DateTimeOffset Start = new(2025, 9, 23, 14, 21, 49, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Start.AddMinutes(1);

    private static readonly SessionChanges Nothing = new(Status: null, ConversationData: null, Metadata: null, SessionSummary: null, LastActivity: null);

    [Fact]
    public void A_new_session_is_active_and_empty()
    {
        var session = Session.Start("user", Guid.NewGuid(), title: null, conversationData: null, metadata: null, Start);

        Assert.Equal(SessionStatus.Active, session.Status);
        Assert.True(session.IsActive);
        Assert.Equal("{}", session.ConversationData);
        Assert.Equal("{}", session.Metadata);
        Assert.Equal("", session.SessionSummary);
        Assert.Equal(0, session.MessageCount);
        Assert.Equal(0, session.TotalTokens);
        Assert.Equal(0, session.TotalCost);
        Assert.Equal((Start, Start, Start), (session.CreatedAt, session.UpdatedAt, session.LastActivity));
    }

    [Fact]
    public void An_update_replaces_what_is_given_and_leaves_the_rest()
    {
        var session = Session.Start("user", Guid.NewGuid(), title: null, """{"step":1}""", """{"a":1}""", Start);

        session.Update(Nothing with { Metadata = "{}", SessionSummary = "A test." }, Later);

        Assert.Equal("""{"step":1}""", session.ConversationData);
        Assert.Equal("{}", session.Metadata);
        Assert.Equal("A test.", session.SessionSummary);
        Assert.Equal(SessionStatus.Active, session.Status);
        Assert.Equal(Start, session.LastActivity);
        Assert.Equal(Later, session.UpdatedAt);
    }

    [Fact]
    public void A_refused_status_leaves_everything_as_it_was()
    {
        var session = Session.Start("user", Guid.NewGuid(), title: null, """{"step":1}""", """{"a":1}""", Start);
        session.End(Start);

        var refusal = Assert.Throws<ConflictException>(() => session.Update(
            new SessionChanges(SessionStatus.Active, "{}", "{}", "A test.", Later), Later));

        Assert.Equal("status_change_not_allowed", refusal.Code);
        Assert.Equal(SessionStatus.Ended, session.Status);
        Assert.Equal("""{"step":1}""", session.ConversationData);
        Assert.Equal("""{"a":1}""", session.Metadata);
        Assert.Equal("", session.SessionSummary);
        Assert.Equal((Start, Start), (session.UpdatedAt, session.LastActivity));
    }

    [Theory]
    [InlineData(SessionStatus.Active)]
    [InlineData(SessionStatus.Completed)]
    [InlineData(SessionStatus.Archived)]
    [InlineData(SessionStatus.Expired)]
    public void A_session_can_be_ended_from_any_status(SessionStatus status)
    {
        var session = Session.Start("user", Guid.NewGuid(), title: null, conversationData: null, metadata: null, Start);
        session.Update(Nothing with { Status = status }, Start);

        session.End(Later);

        Assert.Equal(SessionStatus.Ended, session.Status);
        Assert.False(session.IsActive);
        Assert.Equal(Later, session.UpdatedAt);
    }

    [Fact]
    public void Ending_an_ended_session_changes_nothing()
    {
        var session = Session.Start("user", Guid.NewGuid(), title: null, conversationData: null, metadata: null, Start);
        session.End(Start);

        session.End(Later);

        Assert.Equal(Start, session.UpdatedAt);
    }

    [Fact]
    public void The_time_of_a_change_never_goes_back()
    {
        var session = Session.Start("user", Guid.NewGuid(), title: null, conversationData: null, metadata: null, Later);

        session.Update(Nothing with { SessionSummary = "From a clock that is behind." }, Start);

        Assert.Equal(Later, session.UpdatedAt);
    }
}
