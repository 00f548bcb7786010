using System.Net.Http.Headers;

namespace SessionService.Client;

/// <summary>Pictures and files of a user. Parts of messages name them.</summary>
public sealed class AttachmentsClient
{
    private readonly Connection _connection;

    internal AttachmentsClient(Connection connection) => _connection = connection;

    private string Attachments => _connection.UserPath + "/attachments";

    /// <summary>
    /// Uploads a file. The same bytes are kept once. A stream that can seek is sent again where an attempt fails, from where it stands now;
    /// any other one is sent once. The stream stays open.
    /// </summary>
    public Task<AttachmentResponse> UploadAsync(
        Stream content, string? mediaType = null, string? name = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var body = new StreamBody(content);
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType ?? "application/octet-stream");
        return _connection.SendAsync(
            new Call(HttpMethod.Post, Attachments) { Query = new Query { { "name", name } }, Content = body, IsTransfer = true },
            SessionServiceJson.Default.AttachmentResponse,
            cancellationToken);
    }

    /// <summary>Downloads an attachment. The download is the caller's to dispose of.</summary>
    public async Task<AttachmentDownload> DownloadAsync(Guid attachmentId, CancellationToken cancellationToken = default)
    {
        var response = await SendAsync(attachmentId, range: null, cancellationToken).ConfigureAwait(false);
        var bytes = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return new(response, new AnswerStream(
            bytes, _connection.ReadPeriod, (from, token) => SendAsync(attachmentId, (from, response.Headers.ETag?.ToString()), token)));
    }

    private Task<HttpResponseMessage> SendAsync(
        Guid attachmentId, (long From, string? ETag)? range, CancellationToken cancellationToken) =>
        _connection.SendAsync(
            Call.Get($"{Attachments}/{attachmentId}") with
            {
                Accept = "*/*",
                IsStreamed = true,
                IsTransfer = true,
                Range = range is { From: var from } ? $"bytes={from}-" : null,
                IfRange = range?.ETag,
            },
            cancellationToken);
}
