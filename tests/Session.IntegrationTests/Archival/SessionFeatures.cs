using System.Text.Json;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Transfers;

namespace SessionService.IntegrationTests.Archival;

/// <summary>What can be done to a session, by the names of docs/decisions/0036-features-meet.md.</summary>
internal static class SessionFeatures
{
    private const string Message = """{"role":"user","content":"Hello"}""";

    public static async Task<Answer> DoAsync(this ApiClient user, string session, string feature) => feature switch
    {
        "message" => await user.PostAsync($"{session}/messages", Message),
        "batch" => await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{Message}},{{Message}}]}"""),
        "import" or "import of a message" => await user.ImportAsync(
        [
            $$"""{"type":"session","session_id":"{{IdOf(session)}}"}""",
            $$"""{"type":"message","session_id":"{{IdOf(session)}}","sequence":{{await CountAsync(user, session) + 1}},"role":"user","content":"Hello"}""",
        ]),
        "import of a memory" => await user.ImportAsync([$$"""{"type":"memory","session_id":"{{IdOf(session)}}","content":"All."}"""]),
        "import of feedback" => await user.ImportAsync(
            [$$"""{"type":"feedback","session_id":"{{IdOf(session)}}","sequence":1,"name":"rating","value":true}"""]),
        "import of what is there" => await user.ImportAsync(await user.ExportAsync()),
        "change" => await user.PutAsync(session, """{"session_summary":"Tea."}"""),
        "patch" => await user.SendAsync(HttpMethod.Patch, session, """{"title":"Tea"}"""),
        "end" => await user.DeleteAsync(session),
        "archive" or "restore" or "star" => await user.PostAsync($"{session}/{feature}", ""),
        "redaction" => await user.DeleteAsync($"{session}/messages/1"),
        "removal" => await user.DeleteAsync($"{session}/messages/1?mode=remove"),
        "rewind" => await user.PostAsync($"{session}/rewind", """{"to_sequence":0}"""),
        "activate" => await user.ActivateAsync(session),
        "memory" => await user.PostAsync($"{session}/memory", """{"content":"All."}"""),
        "feedback" => await user.PutAsync($"{session}/messages/1/feedback/rating", """{"value":true}"""),
        "completion" => await user.PostAsync($"{session}/messages/3/complete", """{"content":"Done"}"""),
        "fork" => await user.PostAsync($"{session}/fork", "{}"),
        "copy" => await user.PostAsync($"{session}/copy", $$"""{"user_id":"{{user.UserId}}"}"""),
        "deletion" => await user.DeleteAsync($"{session}/data"),
        "erasure" => await user.DeleteAsync($"/api/v1/users/{user.UserId}/data"),
        _ => throw new ArgumentOutOfRangeException(nameof(feature), feature, "The tests do not know the feature."),
    };

    public static async Task<string> StateAsync(this ApiClient user, string session)
    {
        var answer = await user.GetAsync(session);
        if (answer.Status == 404)
        {
            return "gone";
        }

        var read = answer.Is(200);
        var (status, isArchived) = (read.Text("status"), read.GetProperty("archived_at").ValueKind != JsonValueKind.Null);
        Assert.True(status is "ended" || (isArchived == status is "archived"), answer.Text);
        return status is "ended" && isArchived ? "ended, archived" : status;
    }

    /// <summary>Goes back to the first branch, if there is another one.</summary>
    private static async Task<Answer> ActivateAsync(this ApiClient user, string session) =>
        await user.PostAsync($"{session}/rewind", """{"to_sequence":0}""") is { Status: not 200 } refused
            ? refused
            : await user.PostAsync($"{session}/branches/1/activate", "");

    public static string IdOf(string session) => session.Split('/')[^1];

    private static async Task<long> CountAsync(ApiClient user, string session)
    {
        var answer = await user.GetAsync(session);
        return answer.Status == 404 ? 0 : answer.Is(200).Number("message_count");
    }
}
