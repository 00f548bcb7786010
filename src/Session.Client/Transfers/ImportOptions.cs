namespace SessionService.Client;

/// <summary>How an import is made.</summary>
public sealed class ImportOptions
{
    /// <summary>
    /// What the stream holds: <c>application/x-ndjson</c> (the default: an export of this service), <c>application/json</c> or
    /// <c>application/zip</c>.
    /// </summary>
    public string MediaType { get; set; } = "application/x-ndjson";

    /// <summary>How the stream is compressed: <c>gzip</c>, <c>br</c>, <c>zstd</c> or <c>deflate</c>; by default not at all.</summary>
    public string? ContentEncoding { get; set; }

    /// <summary>What happens at a wrong line; by default the import stops.</summary>
    public ImportErrorHandling? OnError { get; set; }

    /// <summary>Which ids the data get; by default those of the export.</summary>
    public ImportIds? Ids { get; set; }

    /// <summary>Whether only to tell what an import would do.</summary>
    public bool? DryRun { get; set; }
}
