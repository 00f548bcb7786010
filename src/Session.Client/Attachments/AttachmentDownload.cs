namespace SessionService.Client;

/// <summary>An attachment on its way.</summary>
public sealed class AttachmentDownload : IAsyncDisposable, IDisposable
{
    private readonly HttpResponseMessage _response;

    internal AttachmentDownload(HttpResponseMessage response, Stream content)
    {
        _response = response;
        Content = content;
    }

    /// <summary>The bytes, as they arrive. Where they break off, reading throws.</summary>
    public Stream Content { get; }

    /// <summary>The media type, as the service is willing to serve it.</summary>
    public string? MediaType => _response.Content.Headers.ContentType?.MediaType;

    /// <summary>How many bytes there are.</summary>
    public long? Length => _response.Content.Headers.ContentLength;

    /// <summary>The name of the file.</summary>
    public string? Name => _response.Content.Headers.ContentDisposition is { } disposition
        ? disposition.FileNameStar ?? disposition.FileName?.Trim('"')
        : null;

    /// <summary>The version: it follows from the bytes.</summary>
    public string? ETag => _response.Headers.ETag?.ToString();

    /// <inheritdoc/>
    public void Dispose()
    {
        Content.Dispose();
        _response.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync().ConfigureAwait(false);
        _response.Dispose();
    }
}
