using SessionService.Application.Exports;

namespace SessionService.Application.Imports;

/// <summary>
/// Puts the messages of a session in the order of their numbers. In a document those that the conversation does not show stand before the
/// others. They wait until the number before theirs has come.
/// </summary>
internal sealed class OrderedLines
{
    // In memory, while the others are read.
    private const int MaxCharacters = 32 * 1024 * 1024;

    // Of a line besides its texts, approximately.
    private const int LineLength = 64;

    private readonly Queue<ValidLine<MessageLine>> _waiting = [];
    private long _lastWaiting;
    private long _characters;

    // The number of the next message, and its session.
    private (Guid? SessionId, long Number) _next;

    /// <summary>The lines to import now, in their order.</summary>
    public IEnumerable<ImportLine> Take(ImportLine line)
    {
        if (line is RefusedLine)
        {
            // Those that wait may be numbered after it.
            return [line];
        }

        if (line is not ValidLine<MessageLine> { Content: { Sequence: { } number } content } message)
        {
            return Release(before: long.MaxValue).Append(line);
        }

        if (content.SessionId != _next.SessionId && _waiting.Count == 0)
        {
            _next = (content.SessionId, 1);
        }

        var mayWait = content.IsOffPath
            && content.SessionId == _next.SessionId
            && number > (_waiting.Count == 0 ? _next.Number : _lastWaiting)
            && _characters < MaxCharacters;
        if (mayWait)
        {
            _waiting.Enqueue(message);
            _lastWaiting = number;
            _characters += LengthOf(content);
            return [];
        }

        return Release(before: content.SessionId == _next.SessionId ? number : long.MaxValue).Append(Note(message));
    }

    /// <summary>What still waits at the end.</summary>
    public IEnumerable<ImportLine> End() => Release(before: long.MaxValue);

    private List<ImportLine> Release(long before)
    {
        var released = new List<ImportLine>();
        while (_waiting.TryPeek(out var first) && first.Content.Sequence < before)
        {
            released.Add(Note(_waiting.Dequeue()));
            _characters -= LengthOf(first.Content);
        }

        return released;
    }

    private ValidLine<MessageLine> Note(ValidLine<MessageLine> message)
    {
        _next = (message.Content.SessionId, message.Content.Sequence!.Value + 1);
        return message;
    }

    private static long LengthOf(MessageLine line) =>
        LineLength + (line.Content?.Text?.Length ?? 0) + (line.Parts?.Value.Length ?? 0) + (line.Metadata?.Value.Length ?? 0);
}
