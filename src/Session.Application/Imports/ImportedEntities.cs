using System.Globalization;
using SessionService.Application.Exports;
using SessionService.Application.Memories;
using SessionService.Application.Messages;
using SessionService.Application.Messages.Parts;
using SessionService.Application.Time;
using SessionService.Application.UserMemories;
using SessionService.Domain.Feedback;
using SessionService.Domain.Memories;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;
using SessionService.Domain.UserMemories;

namespace SessionService.Application.Imports;

/// <summary>Makes entities from valid lines. A field that a line leaves out gets the same default as in a request.</summary>
internal sealed class ImportedEntities(string userId, TimeProvider time)
{
    public DateTimeOffset Now => time.GetDatabaseNow();

    public Session Of(SessionLine line)
    {
        var createdAt = line.CreatedAt?.NoLaterThan(Now) ?? Now;
        var lastActivity = line.LastActivity?.NoLaterThan(Now) ?? createdAt;
        return Session.PutBack(
            userId,
            line.SessionId!.Value,
            line.Status is null ? SessionStatus.Active : SessionStatuses.Parse(line.Status),
            new SessionChanges(
                Status: null, line.ConversationData?.Value, line.Metadata?.Value, line.SessionSummary, LastActivity: null, line.Title),
            createdAt,
            line.UpdatedAt?.NoLaterThan(Now) ?? (lastActivity > createdAt ? lastActivity : createdAt),
            lastActivity,
            line.ArchivedAt?.NoLaterThan(Now),
            line.StarredAt?.NoLaterThan(Now),
            line is { ForkedFromSession: { } source, ForkedFromSequence: { } sequence } ? (source, sequence) : null,
            Now);
    }

    /// <param name="number">The number of the message in the imported file.</param>
    public SessionMessage Of(MessageLine line, long number)
    {
        var json = GivenMessage.PartsOf(line);
        var parts = json is null ? null : MessageParts.Read(json);
        return new SessionMessage
        {
            UserId = userId,
            SessionId = line.SessionId!.Value,
            MessageId = line.MessageId
            ?? NameBasedId.Of("message", line.SessionId.Value.ToString(), number.ToString(CultureInfo.InvariantCulture)),
            Role = line.Role!,
            Content = (line.Parts is null ? null : line.Content?.Text) ?? parts?.Text ?? line.Content?.Text ?? "",
            Parts = json,
            Name = line.Name,
            Status = line.Status ?? MessageStatuses.Completed,
            MessageType = line.MessageType ?? parts?.MessageType ?? MessageTypes.Chat,
            Metadata = line.Metadata?.Value ?? "{}",
            TokensUsed = line.TokensUsed ?? 0,
            CostUsd = Money.Round(line.CostUsd ?? 0),
            CreatedAt = line.CreatedAt is { } createdAt ? createdAt.NoLaterThan(Now) : Now,
            RedactedAt = line.RedactedAt?.NoLaterThan(Now),
            ItemId = line.RedactedAt is null ? line.ItemId : null,
        };
    }

    public ImportedBranch Of(BranchLine line) => new()
    {
        BranchId = line.BranchId,
        Name = line.Name,
        CreatedAt = line.CreatedAt?.NoLaterThan(Now) ?? Now,
        Path = BranchLine.Read(line.Path)!,
        FromSequence = line.FromSequence,
    };

    /// <param name="messages">The number of messages that the session has.</param>
    public SessionMemory Of(MemoryLine line, long messages)
    {
        var createdAt = line.CreatedAt?.NoLaterThan(Now) ?? Now;
        return new SessionMemory
        {
            UserId = userId,
            SessionId = line.SessionId!.Value,
            MemoryId = line.MemoryId ?? NameBasedId.Of("memory", line.SessionId.Value.ToString()),
            MemoryType = line.MemoryType ?? WriteMemoryRequest.DefaultType,
            Content = line.Content!,
            Metadata = line.Metadata?.Value ?? "{}",
            UserPreferences = line.UserPreferences?.Value ?? "{}",
            OngoingTasks = line.OngoingTasks?.Value ?? "[]",
            TotalMessages = line.TotalMessages ?? messages,
            LastSummaryAt = line.LastSummaryAt?.NoLaterThan(Now) ?? createdAt,
            CreatedAt = createdAt,
            UpdatedAt = line.UpdatedAt?.NoLaterThan(Now) ?? createdAt,
        };
    }

    /// <summary>The feedback without its model, which follows from the message.</summary>
    public MessageFeedback Of(FeedbackLine line)
    {
        var createdAt = line.CreatedAt?.NoLaterThan(Now) ?? Now;
        var updatedAt = line.UpdatedAt?.NoLaterThan(Now) ?? createdAt;
        return new MessageFeedback
        {
            UserId = userId,
            SessionId = line.SessionId!.Value,
            Sequence = line.Sequence!.Value,
            Name = line.Name!,
            Value = line.Value!.Json,
            Comment = string.IsNullOrWhiteSpace(line.Comment) ? null : line.Comment,
            Source = line.Source ?? FeedbackSources.User,
            Model = "",
            CreatedAt = createdAt,
            UpdatedAt = updatedAt > createdAt ? updatedAt : createdAt,
        };
    }

    public UserMemory Of(UserMemoryLine line)
    {
        var createdAt = line.CreatedAt?.NoLaterThan(Now) ?? Now;
        return new UserMemory
        {
            UserId = userId,
            MemoryId = line.MemoryId!.Value,
            MemoryType = line.MemoryType ?? WriteUserMemoryRequest.DefaultType,
            Content = line.Content!,
            Metadata = line.Metadata?.Value ?? "{}",
            SessionId = line.SessionId,
            Sequence = line.Sequence,
            Importance = Importance.Round(line.Importance),
            ValidUntil = line.ValidUntil?.ToDatabaseTime(),
            Version = line.Version ?? 1,
            CreatedAt = createdAt,
            UpdatedAt = line.UpdatedAt?.NoLaterThan(Now) ?? createdAt,
        };
    }

    public UserMemoryVersion Of(UserMemoryVersionLine line) => new()
    {
        UserId = userId,
        MemoryId = line.MemoryId!.Value,
        Version = line.Version!.Value,
        MemoryType = line.MemoryType ?? WriteUserMemoryRequest.DefaultType,
        Content = line.Content!,
        Metadata = line.Metadata?.Value ?? "{}",
        SessionId = line.SessionId,
        Sequence = line.Sequence,
        Importance = Importance.Round(line.Importance),
        ValidUntil = line.ValidUntil?.ToDatabaseTime(),
        WrittenAt = line.WrittenAt!.Value.NoLaterThan(Now),
    };
}
