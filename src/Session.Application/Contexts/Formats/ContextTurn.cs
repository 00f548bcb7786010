using SessionService.Application.Messages.Parts;

namespace SessionService.Application.Contexts.Formats;

/// <summary>What one side says without interruption, and the calls it makes then, each with its result. Never empty.</summary>
internal sealed record ContextTurn
{
    /// <summary><c>system</c>, <c>developer</c>, <c>user</c> or <c>assistant</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Who speaks, by name.</summary>
    public string? Name { get; init; }

    /// <summary>The message that the turn begins with; <see langword="null"/> where it comes from no message.</summary>
    public Guid? MessageId { get; init; }

    /// <summary>Texts that are not blank, refusals, reasoning and media.</summary>
    public required IReadOnlyList<MessagePart> Parts { get; init; }

    /// <summary>In the order of the calls.</summary>
    public IReadOnlyList<AnsweredCall> Calls { get; init; } = [];

    /// <summary>The same, in the order of the results.</summary>
    public IEnumerable<AnsweredCall> Results => Calls.OrderBy(call => call.Place.Message).ThenBy(call => call.Place.Number);
}

/// <summary>A call of a tool with its result.</summary>
/// <param name="Id">An id that the API takes and that no other call of the context has.</param>
/// <param name="Name">A name that every API takes.</param>
/// <param name="Place">The place of the result.</param>
internal sealed record AnsweredCall(string Id, string Name, MessagePart Call, MessagePart Result, ToolPlace Place)
{
    /// <summary>The input of a tool that takes a text in place of JSON; <see langword="null"/> with every other tool.</summary>
    public string? CustomInput => CustomTool.InputOf(Call);
}
