using SessionService.Application.Exports;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Imports;

/// <summary>
/// Collects the sessions of an import, each with its messages and its memory, so that many can be stored at once. It takes only what a new
/// session takes as it is: messages numbered from 1 without a gap, and ids that are not in the batch yet.
/// </summary>
internal sealed class ImportBatch(ImportedEntities entities)
{
    private const int MaxSessions = 500;
    private const int MaxMessages = 1_000;
    private const int MaxFeedback = 1_000;
    private const int MaxCharacters = 2 * 1024 * 1024;

    private readonly List<BatchedSession> _sessions = [];
    private readonly HashSet<Guid> _sessionIds = [];
    private readonly HashSet<Guid> _messageIds = [];
    private long _characters;
    private int _feedback;

    /// <summary>Whether it is time to store what is here.</summary>
    public bool IsFull =>
        _sessions.Count >= MaxSessions || _messageIds.Count >= MaxMessages || _feedback >= MaxFeedback || _characters >= MaxCharacters;

    public bool IsEmpty => _sessions.Count == 0;

    /// <summary>Adds a session; false where the batch has it already.</summary>
    public bool TryAdd(ValidLine<SessionLine> line)
    {
        if (!_sessionIds.Add(line.Content.SessionId!.Value))
        {
            return false;
        }

        var session = entities.Of(line.Content);
        _sessions.Add(new BatchedSession(line, session, IsWhole: false, [], [], []));
        _characters += session.Metadata.Length + session.ConversationData.Length + session.SessionSummary.Length;
        return true;
    }

    /// <summary>Adds a message to the last session; false where it is no simple next message of that.</summary>
    public bool TryAdd(ValidLine<MessageLine> line)
    {
        if (_sessions is not [.., { IsWhole: false, Memories.Count: 0, Feedback.Count: 0 } open]
            || open.Session.SessionId != line.Content.SessionId
            || (line.Content.Sequence ?? open.Messages.Count + 1) != open.Messages.Count + 1)
        {
            return false;
        }

        var message = entities.Of(line.Content, open.Messages.Count + 1);
        if (!_messageIds.Add(message.MessageId))
        {
            return false;
        }

        Add(open, line, message);
        return true;
    }

    /// <summary>Adds the memory of the last session; false where it belongs to another.</summary>
    public bool TryAdd(ValidLine<MemoryLine> line)
    {
        if (_sessions is not [.., { IsWhole: false } open] || open.Session.SessionId != line.Content.SessionId)
        {
            return false;
        }

        open.Memories.Add(line);
        return true;
    }

    /// <summary>Adds feedback of a message of the last session; false where it belongs to another.</summary>
    public bool TryAdd(ValidLine<FeedbackLine> line)
    {
        if (_sessions is not [.., { IsWhole: false } open] || open.Session.SessionId != line.Content.SessionId)
        {
            return false;
        }

        open.Feedback.Add(line);
        _feedback++;
        _characters += line.Content.Comment?.Length ?? 0;
        return true;
    }

    /// <summary>Adds a conversation as a whole; false where the batch has it, or one of its messages, already.</summary>
    public bool TryAdd(ValidConversation line)
    {
        var messages = line.Messages.Select((message, i) => entities.Of(message, i + 1)).ToList();
        if (_sessionIds.Contains(line.Session.SessionId!.Value) || messages.Exists(message => _messageIds.Contains(message.MessageId)))
        {
            return false;
        }

        TryAdd(new ValidLine<SessionLine>(line.Number, line.Session) { File = line.File });
        var open = _sessions[^1] with { IsWhole = true };
        _sessions[^1] = open;
        for (var i = 0; i < messages.Count; i++)
        {
            _messageIds.Add(messages[i].MessageId);
            Add(open, new ValidLine<MessageLine>(line.Number, line.Messages[i]) { File = line.File }, messages[i]);
        }

        return true;
    }

    /// <summary>Gives the sessions away.</summary>
    public IReadOnlyList<BatchedSession> Take()
    {
        BatchedSession[] taken = [.. _sessions];
        _sessions.Clear();
        _sessionIds.Clear();
        _messageIds.Clear();
        _characters = 0;
        _feedback = 0;
        return taken;
    }

    private void Add(BatchedSession open, ValidLine<MessageLine> line, SessionMessage message)
    {
        message.Sequence = open.Messages.Count + 1;
        open.Messages.Add((line, message));
        _characters += message.Content.Length + message.Metadata.Length + (message.Parts?.Length ?? 0);
    }
}

/// <summary>A session of an import, with all that its lines tell.</summary>
/// <param name="IsWhole">Whether it is the conversation of another program, which is stored as a whole.</param>
internal sealed record BatchedSession(
    ValidLine<SessionLine> Line,
    Session Session,
    bool IsWhole,
    List<(ValidLine<MessageLine> Line, SessionMessage Message)> Messages,
    List<ValidLine<MemoryLine>> Memories,
    List<ValidLine<FeedbackLine>> Feedback)
{
    public NewSession ToNew() => new(Session, [.. Messages.Select(message => message.Message)]);
}
