using System.Text.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports.Foreign;

/// <summary>
/// Collects the content of a message, and divides it: texts and calls of tools become one message, each result of a tool one of its own.
/// </summary>
internal sealed class ForeignTurns(string? role)
{
    private readonly List<ForeignTurn> _turns = [];
    private readonly List<string> _texts = [];
    private readonly List<string> _reasoning = [];
    private readonly List<string> _calls = [];
    private readonly List<string> _citations = [];
    private readonly List<JsonElement> _parts = [];

    /// <summary>Whether there is a text, a call or a result.</summary>
    public bool HasText => _texts.Count + _calls.Count + _turns.Count > 0;

    private bool IsEmpty => _texts.Count + _calls.Count + _parts.Count == 0;

    /// <summary>The message of one text.</summary>
    public static IReadOnlyList<ForeignTurn> OfText(string? role, string? text)
    {
        var turns = new ForeignTurns(role);
        turns.AddText(text);
        return turns.Build();
    }

    public void AddText(string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            _texts.Add(text);
        }
    }

    /// <summary>Keeps what is not text.</summary>
    public void AddPart(JsonElement part) => _parts.Add(part);

    public void AddCitations(JsonElement citations) => _citations.AddRange(citations.EnumerateArray().Select(one => one.GetRawText()));

    /// <summary>Keeps reasoning, which becomes a message of its own where there is nothing beside it.</summary>
    public void AddReasoning(string? text, JsonElement part)
    {
        if (!string.IsNullOrEmpty(text))
        {
            _reasoning.Add(text);
        }

        _parts.Add(part);
    }

    /// <param name="arguments">A text or any JSON; none for a call without arguments.</param>
    public void AddCall(string? id, string? name, JsonElement? arguments) =>
        AddCall(id, name, arguments is { } given ? given.AsText() ?? given.GetRawText() : "{}");

    private void AddCall(string? id, string? name, string arguments) => _calls.Add(Call(id, name, arguments));

    /// <summary>A call of a tool, in the form of chat completions.</summary>
    public static string Call(string? id, string? name, string arguments)
    {
        string?[] members =
        [
            id is null ? null : $"\"id\":{ForeignJson.Quote(id)}",
            "\"type\":\"function\"",
            $"\"function\":{{\"name\":{ForeignJson.Quote(name ?? "")},\"arguments\":{ForeignJson.Quote(arguments)}}}",
        ];
        return $"{{{string.Join(',', members.Where(member => member is not null))}}}";
    }

    /// <summary>Adds the result of a tool as a message of its own.</summary>
    /// <param name="content">A text, blocks of content or any other JSON.</param>
    public void AddResult(string? callId, string? name, JsonElement? content, bool isError = false)
    {
        if (!IsEmpty)
        {
            Close();
        }

        var result = new ForeignTurns(MessageRoles.Tool);
        switch (content)
        {
            case { } blocks when ForeignContent.IsBlocks(blocks):
                ForeignContent.Add(result, blocks);
                break;

            case { } other:
                result.AddText(other.AsText() ?? other.GetRawText());
                break;
        }

        var labels = new List<KeyValuePair<string, string>>();
        AddLabel(labels, "tool_call_id", callId);
        AddLabel(labels, "name", name);
        if (isError)
        {
            labels.Add(new("is_error", "true"));
        }

        _turns.Add(new ForeignTurn
        {
            Role = MessageRoles.Tool,
            Type = ForeignTurn.Result,
            Text = string.Join('\n', result._texts),
            Labels = labels,
            Parts = result._parts,
        });
    }

    /// <summary>The messages. Content without anything in it is one blank message.</summary>
    /// <param name="type">The type of the messages that are neither calls nor results.</param>
    /// <param name="labels">For the metadata of each message but results.</param>
    public IReadOnlyList<ForeignTurn> Build(string? type = null, IReadOnlyList<KeyValuePair<string, string>>? labels = null)
    {
        if (!IsEmpty || _turns.Count == 0)
        {
            Close();
        }

        return [.. _turns.Select(turn => Finish(turn, type, labels ?? []))];
    }

    public static void AddLabel(List<KeyValuePair<string, string>> labels, string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            labels.Add(new(name, ForeignJson.Quote(text)));
        }
    }

    private static ForeignTurn Finish(ForeignTurn turn, string? type, IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        var isResult = turn.Type == ForeignTurn.Result;
        var isPlainTool = !isResult && turn.Role == MessageRoles.Tool;
        return turn with
        {
            Type = turn.Type ?? (isPlainTool ? ForeignTurn.Result : type),
            Labels = isResult ? turn.Labels : [.. labels, .. turn.Labels],
        };
    }

    private void Close()
    {
        var isReasoning = _texts.Count == 0 && _calls.Count == 0 && _reasoning.Count > 0;
        var labels = new List<KeyValuePair<string, string>>();
        if (_calls.Count > 0)
        {
            labels.Add(new("tool_calls", $"[{string.Join(',', _calls)}]"));
        }

        if (_citations.Count > 0)
        {
            labels.Add(new("citations", $"[{string.Join(',', _citations)}]"));
        }

        _turns.Add(new ForeignTurn
        {
            Role = role,
            Type = _calls.Count > 0 ? ForeignTurn.Call : isReasoning ? MessageTypes.Reasoning : null,
            Text = string.Join('\n', isReasoning ? _reasoning : _texts),
            Labels = labels,
            Parts = [.. _parts],
        });
        _texts.Clear();
        _reasoning.Clear();
        _calls.Clear();
        _citations.Clear();
        _parts.Clear();
    }
}
