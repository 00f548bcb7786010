using System.Text.Json;
using SessionService.Application.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Messages.Parts;

/// <summary>The parts of a message, and what follows from them.</summary>
public sealed class MessageParts
{
    private readonly bool _holdsResultsOnly;

    private MessageParts(List<MessagePart> parts)
    {
        Parts = parts;
        _holdsResultsOnly = parts.Exists(part => part.Kind == PartKind.Result)
            && parts.TrueForAll(part => part.Kind == PartKind.Result || part.IsMark);
    }

    public IReadOnlyList<MessagePart> Parts { get; }

    /// <summary>
    /// The message's text: its texts and refusals joined by line breaks, in a message of results only the results. It may be empty.
    /// </summary>
    public string Text => TextOf(_holdsResultsOnly ? IsResult : IsSaid);

    /// <summary>The words to search in: texts, refusals and files of text, and the results of tools. Without base64.</summary>
    public string SearchText => PartText.Join(Parts
        .Where(part => IsSaid(part) || IsResult(part) || part.Kind == PartKind.Media)
        .Select(part => IsResult(part) ? PartText.Unescape(part.Text) : PartBase64.Without(part.Text)));

    /// <summary>The names and arguments of the tools that the message calls.</summary>
    public string CallText => PartText.Join(Parts
        .Where(part => part.Kind == PartKind.Call)
        .SelectMany(part => (string[])[part.ToolName ?? "", part.GivenArguments is { } given ? WordsOf(given) : ""]));

    /// <summary>The message's type, where the client gave none.</summary>
    public string MessageType =>
        Parts.Any(part => part.Kind == PartKind.Call) ? MessageTypes.ToolCall
        : _holdsResultsOnly ? MessageTypes.ToolResult
        : MessageTypes.Chat;

    /// <summary>Reads the parts of an array that was accepted, as text.</summary>
    public static MessageParts Read(string array)
    {
        using var document = JsonDocument.Parse(array, new JsonDocumentOptions { MaxDepth = 2 * JsonLimits.MaxDepth });
        return Read(document.RootElement.Clone());
    }

    /// <summary>Reads the parts of an array that was accepted.</summary>
    public static MessageParts Read(JsonElement array)
    {
        var parts = new List<MessagePart>(array.GetArrayLength());
        var index = 0;
        foreach (var part in array.EnumerateArray())
        {
            PartReader.Read(part, index++, parts);
        }

        return new MessageParts(parts);
    }

    private static bool IsSaid(MessagePart part) => part.Kind is PartKind.Text or PartKind.Refusal;

    private static bool IsResult(MessagePart part) => part.Kind == PartKind.Result;

    private static string WordsOf(JsonElement arguments) =>
        PartText.Unescape(PartText.Of(arguments) is { } text ? PartBase64.Without(text) : PartFiles.WithoutBase64(arguments));

    private string TextOf(Func<MessagePart, bool> isOfText) => PartText.Join(Parts.Where(isOfText).Select(part => part.Text));
}
