using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace SessionService.Benchmarks.Recall;

/// <summary>Puts conversations into the service, asks their questions, and compares what is found with what answers them.</summary>
/// <param name="http">The service.</param>
/// <param name="mode">How passages are chosen, as the API names it.</param>
/// <param name="pause">How long after the last message the first question is asked.</param>
/// <param name="waitsForVectors">Whether it waits until every message is embedded.</param>
internal sealed class RecallMeasurement(HttpClient http, string mode = "best", TimeSpan pause = default, bool waitsForVectors = false)
{
    private const int MessagesAtOnce = 500;

    private const string EmbeddedItems = "session_service_embedded_items_total";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    private long _loaded;

    // A spread over more passages has other passages.
    private int TopK => mode == "spread" ? 10 : 50;

    /// <summary>One user a conversation, one session a session of it, one message a turn.</summary>
    public async Task<IReadOnlyList<Recalled>> RunAsync(Conversation conversation, CancellationToken cancellationToken)
    {
        var user = $"{conversation.Id}-{Guid.NewGuid():N}";
        var turns = new Dictionary<(string Session, long Sequence), string>();
        foreach (var session in conversation.Sessions)
        {
            await LoadAsync(user, session, turns, cancellationToken);
        }

        _loaded += turns.Count;
        await Task.Delay(pause, cancellationToken);
        while (waitsForVectors && await CountEmbeddedAsync(cancellationToken) < _loaded)
        {
            await Task.Delay(LookEvery, cancellationToken);
        }

        var recalled = new List<Recalled>(conversation.Questions.Count);
        foreach (var question in conversation.Questions)
        {
            var start = Stopwatch.GetTimestamp();
            var found = await AskAsync(user, question.Question, cancellationToken);
            recalled.Add(Recalled.Of(question, [.. found.Select(place => turns[place])], Stopwatch.GetElapsedTime(start)));
        }

        return recalled;
    }

    private async Task LoadAsync(
        string user, ConversationSession session, Dictionary<(string, long), string> turns, CancellationToken cancellationToken)
    {
        var created = await PostAsync(user, "api/v1/sessions", new JsonObject { ["metadata"] = new JsonObject { ["session"] = session.Id } }, cancellationToken);
        var id = created["session_id"]!.GetValue<string>();
        foreach (var part in session.Turns.Chunk(MessagesAtOnce))
        {
            var messages = part.Select(turn => (JsonNode)new JsonObject
            {
                ["role"] = turn.IsOfChat ? turn.Speaker : "user",
                ["content"] = turn.Content,
                ["metadata"] = turn.IsOfChat ? new JsonObject() : new JsonObject { ["name"] = turn.Speaker },
                ["created_at"] = session.Date,
            });
            var stored = await PostAsync(
                user, $"api/v1/sessions/{id}/messages/batch", new JsonObject { ["messages"] = new JsonArray([.. messages]) }, cancellationToken);
            foreach (var (turn, message) in part.Zip(stored["messages"]!.AsArray()))
            {
                turns.Add((id, message!["sequence"]!.GetValue<long>()), turn.Id);
            }
        }
    }

    private async Task<long> CountEmbeddedAsync(CancellationToken cancellationToken)
    {
        // A line is the name, labels, the value and the time, with spaces between.
        var metrics = await http.GetStringAsync("metrics", cancellationToken);
        var count = metrics.Split('\n').FirstOrDefault(line => line.StartsWith(EmbeddedItems, StringComparison.Ordinal));
        return count is null ? 0 : long.Parse(count.Split(' ')[1]);
    }

    private async Task<IEnumerable<(string Session, long Sequence)>> AskAsync(string user, string question, CancellationToken cancellationToken)
    {
        var answer = await PostAsync(
            user,
            $"api/v1/users/{Uri.EscapeDataString(user)}/memories/search",
            new JsonObject { ["query"] = question, ["top_k"] = TopK, ["mode"] = mode, ["sources"] = new JsonArray("messages") },
            cancellationToken);
        return answer["results"]!.AsArray().Select(result => (result!["session_id"]!.GetValue<string>(), result["sequence"]!.GetValue<long>()));
    }

    private async Task<JsonNode> PostAsync(string user, string path, JsonObject body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create<JsonNode>(body), Headers = { { "X-User-Id", user } } };
        using var response = await http.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode
            ? (await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!
            : throw new HttpRequestException($"POST {path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}");
    }
}
