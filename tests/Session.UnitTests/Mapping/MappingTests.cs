using AutoMapper;
using Microsoft.Extensions.Logging.Abstractions;
using SessionService.Application;
using SessionService.Application.Memories;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Domain.Memories;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.UnitTests.Mapping;

public sealed class MappingTests
{
    private static readonly DateTimeOffset Time = new(2025, 9, 23, 14, 21, 49, TimeSpan.Zero);

    private static readonly MapperConfiguration Configuration =
        new(mapping => mapping.AddMaps(typeof(ApplicationServices)), NullLoggerFactory.Instance);

    private readonly IMapper _mapper = Configuration.CreateMapper();

    [Fact]
    public void Every_member_of_every_response_is_mapped()
    {
        Configuration.AssertConfigurationIsValid();
    }

    [Fact]
    public void A_session_is_answered_with_all_its_values()
    {
        var session = Session.Start("user", Guid.NewGuid(), "A title", """{"step": 1.10}""", """{"test": true}""", Time);
        session.Update(
            new SessionChanges(SessionStatus.Archived, ConversationData: null, Metadata: null, "A test.", Time.AddHours(1)), Time.AddHours(2));

        var response = _mapper.Map<SessionResponse>(session);

        Assert.Equal(session.SessionId, response.SessionId);
        Assert.Equal("user", response.UserId);
        Assert.Equal("archived", response.Status);
        Assert.False(response.IsActive);
        Assert.Equal("""{"step": 1.10}""", response.ConversationData.Value);
        Assert.Equal("""{"test": true}""", response.Metadata.Value);
        Assert.Equal("A test.", response.SessionSummary);
        Assert.Equal(("A title", false, null), (response.Title, response.IsStarred, response.StarredAt));
        Assert.Equal(session.VersionTag, response.VersionTag);
        Assert.Equal((0, 0, 0m), (response.MessageCount, response.TotalTokens, response.TotalCost));
        Assert.Equal((Time, Time.AddHours(2), Time.AddHours(1)), (response.CreatedAt, response.UpdatedAt, response.LastActivity));
    }

    [Fact]
    public void A_message_is_answered_with_all_its_values()
    {
        var message = new SessionMessage
        {
            UserId = "user",
            SessionId = Guid.NewGuid(),
            Sequence = 7,
            MessageId = Guid.NewGuid(),
            Role = "assistant",
            Content = "Hello",
            MessageType = "chat",
            Metadata = """{"n": 1.10}""",
            TokensUsed = 12,
            CostUsd = 0.0012m,
            CreatedAt = Time,
        };

        var response = _mapper.Map<MessageResponse>(message);

        Assert.Equal((message.MessageId, message.SessionId, "user", 7L), (response.MessageId, response.SessionId, response.UserId, response.Sequence));
        Assert.Equal(("assistant", "Hello", "chat"), (response.Role, response.Content, response.MessageType));
        Assert.Equal("""{"n": 1.10}""", response.Metadata.Value);
        Assert.Equal((12, 0.0012m, Time), (response.TokensUsed, response.CostUsd, response.CreatedAt));
    }

    [Fact]
    public void A_memory_is_answered_with_the_messages_that_came_since()
    {
        var memory = new SessionMemory
        {
            UserId = "user",
            SessionId = Guid.NewGuid(),
            MemoryId = Guid.NewGuid(),
            MemoryType = "conversation",
            Content = "Likes it short.",
            Metadata = """{"m": 1}""",
            UserPreferences = """{"p": 2}""",
            OngoingTasks = "[3]",
            TotalMessages = 5,
            LastSummaryAt = Time.AddHours(1),
            CreatedAt = Time,
            UpdatedAt = Time.AddHours(2),
        };

        var response = _mapper.Map<MemoryResponse>(memory, options => options.Items[MemoryMapping.MessagesSince] = 3L);

        Assert.Equal((memory.MemoryId, memory.SessionId, "user"), (response.MemoryId, response.SessionId, response.UserId));
        Assert.Equal(("conversation", "Likes it short."), (response.MemoryType, response.Content));
        Assert.Equal(
            ("""{"m": 1}""", """{"p": 2}""", "[3]"),
            (response.Metadata.Value, response.UserPreferences.Value, response.OngoingTasks.Value));
        Assert.Equal((5, 3), (response.TotalMessages, response.MessagesSinceLastSummary));
        Assert.Equal((Time.AddHours(1), Time, Time.AddHours(2)), (response.LastSummaryAt, response.CreatedAt, response.UpdatedAt));
    }
}
