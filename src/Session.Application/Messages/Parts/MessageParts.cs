using System.Text.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Messages.Parts;

/// <summary>The parts of a message, and what follows from them.</summary>
public sealed class MessageParts
{
    /// <summary>The most parts of a message.</summary>
    public const int MaxCount = 1_000;

    private MessageParts(IReadOnlyList<MessagePart> parts) => Parts = parts;

    public IReadOnlyList<MessagePart> Parts { get; }

    /// <summary>
    /// The message's text: its texts and refusals joined by line breaks, in a message of results only the results. It may be empty.
    /// </summary>
    public string Text => throw new NotImplementedException();

    /// <summary>The words to search in: the text, and the results of tools.</summary>
    public string SearchText => throw new NotImplementedException();

    /// <summary>The message's type, where the client gave none.</summary>
    public string MessageType => MessageTypes.Chat;

    /// <summary>Reads the parts of an array that was accepted, as JSON text.</summary>
    public static MessageParts Read(string array)
    {
        using var document = JsonDocument.Parse(array);
        return Read(document.RootElement.Clone());
    }

    /// <summary>Reads the parts of an array that was accepted.</summary>
    public static MessageParts Read(JsonElement array) => throw new NotImplementedException();
}
