using SessionService.Benchmarks.Data;

namespace SessionService.Benchmarks.Driving;

/// <summary>Requests that write.</summary>
internal static class WriteRequests
{
    public static byte[][] Appends(SessionKind kind, int sessions) =>
        [.. Enumerable.Range(0, sessions).Select(session => HttpRequests.Post(Path(kind, session), Keys.User(session), SampleMessage.Json))];

    public static byte[][] Batches(SessionKind kind, int sessions, int size) =>
        [.. Enumerable.Range(0, sessions).Select(session => HttpRequests.Post(BatchPath(kind, session), Keys.User(session), BatchJson(size)))];

    public static byte[][] Sessions() =>
        [.. Enumerable.Range(0, Keys.Users).Select(Keys.User).Select(user => HttpRequests.Post(
            "/api/v1/sessions", user, $$"""{"user_id": "{{user}}", "metadata": {{SampleMessage.Metadata}}}"""))];

    public static string BatchPath(SessionKind kind, int session) => $"{Path(kind, session)}/batch";

    public static string BatchJson(int size) => $$"""{"messages": [{{string.Join(',', Enumerable.Repeat(SampleMessage.Json, size))}}]}""";

    private static string Path(SessionKind kind, int session) => $"/api/v1/sessions/{Keys.Session(kind, session)}/messages";
}
