namespace SessionService.Api.Attachments;

/// <summary>The bytes of an upload, in a temporary file that is gone when it is closed.</summary>
internal sealed record Upload(FileStream Content, byte[] Sha256, string? MediaType, string? Name) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
