using System.Text.Json;
using SessionService.Application.Exports;
using SessionService.Application.Imports.Foreign;
using SessionService.Application.Messages.Parts;

namespace SessionService.UnitTests.Imports;

/// <summary>Reads conversations as an import does.</summary>
internal static class Foreign
{
    public static readonly DateTimeOffset Now = new(2026, 11, 30, 0, 0, 0, TimeSpan.Zero);

    public static ForeignSession Read(string text, int maxJsonBytes = 1024 * 1024, int maxFileBytes = 1024 * 1024)
    {
        using var json = JsonDocument.Parse(text);
        var form = ForeignForms.Find(json.RootElement);
        Assert.NotNull(form);
        var conversation = form.Read(json.RootElement, Now);
        Assert.True(ForeignForms.IsSource(conversation.Source), conversation.Source);
        return ForeignSession.Of(conversation, json.RootElement, "user", Now, maxJsonBytes, inlineBytes: 4096, maxFileBytes);
    }

    /// <summary>What the conversation shows.</summary>
    public static IEnumerable<string> Said(this ForeignSession session) => session.Messages.Where(message => !message.IsOffPath).Select(message => message.Content!.Text!);

    public static IEnumerable<string> Told(this ForeignSession session) =>
        session.Messages.Where(message => !message.IsOffPath).Select(message => $"{message.Role} {message.MessageType ?? "chat"}: {message.Content?.Text}");

    public static JsonElement Labels(this MessageLine message) => JsonDocument.Parse(message.Metadata!.Value).RootElement;

    public static IReadOnlyList<JsonElement> Parts(this MessageLine message) =>
        [.. JsonDocument.Parse(message.Parts!.Value).RootElement.EnumerateArray()];

    public static IReadOnlyList<MessagePart> ReadParts(this MessageLine message) =>
        MessageParts.Read(JsonDocument.Parse(message.Parts!.Value).RootElement).Parts;

    public static JsonElement Labels(this SessionLine session) => JsonDocument.Parse(session.Metadata!.Value).RootElement;
}
