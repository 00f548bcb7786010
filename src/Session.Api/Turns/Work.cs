namespace SessionService.Api.Turns;

/// <summary>A kind of long work. Each kind has a line of its own.</summary>
internal enum Work
{
    Fork,
    Import,
    Export,
    Erasure,
    Search,
    MemorySearch,
    Upload,
    Download,
    WebhookTest,
}
