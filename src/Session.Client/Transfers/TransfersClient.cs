using System.Net.Http.Headers;

namespace SessionService.Client;

/// <summary>Exports and imports.</summary>
public sealed class TransfersClient
{
    private readonly Connection _connection;

    internal TransfersClient(Connection connection) => _connection = connection;

    /// <summary>
    /// The export of a session. The stream is the caller's to dispose of. Where it breaks off, reading throws.
    /// </summary>
    public Task<Stream> ExportSessionAsync(
        Guid sessionId, ExportFormat? format = null, string? branch = null, CancellationToken cancellationToken = default) =>
        _connection.StreamAsync(
            Call.Get($"sessions/{sessionId}/export", new Query { { "format", format }, { "branch", branch } }) with { Accept = "*/*" },
            cancellationToken);

    /// <summary>
    /// The export of everything that the user has, as NDJSON. Its last line has the type <c>end</c>. The stream is the caller's to dispose
    /// of. Where it breaks off, reading throws.
    /// </summary>
    public Task<Stream> ExportUserAsync(CancellationToken cancellationToken = default) =>
        _connection.StreamAsync(Call.Get(_connection.UserPath + "/export") with { Accept = "*/*" }, cancellationToken);

    /// <summary>
    /// Imports an export, or conversations of another program. What is there already stays as it is, so the same import again completes
    /// one that broke off. A stream that can seek is sent again where an attempt fails, from where it stands now; any other one is sent
    /// once. The stream stays open.
    /// </summary>
    public Task<ImportResponse> ImportAsync(
        Stream content, ImportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        options ??= new();
        var body = new StreamBody(content);
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(options.MediaType);
        if (options.ContentEncoding is { } encoding)
        {
            body.Headers.ContentEncoding.Add(encoding);
        }

        return _connection.SendAsync(
            new Call(HttpMethod.Post, "sessions/import")
            {
                Query = new Query { { "on_error", options.OnError }, { "ids", options.Ids }, { "dry_run", options.DryRun } },
                Content = body,
                IsTransfer = true,
            },
            SessionServiceJson.Default.ImportResponse,
            cancellationToken);
    }
}
