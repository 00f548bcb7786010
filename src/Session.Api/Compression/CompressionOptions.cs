namespace SessionService.Api.Compression;

/// <summary>Whether long answers are compressed for clients that accept it. Section <c>Compression</c>.</summary>
public sealed class CompressionOptions
{
    public const string Section = "Compression";

    /// <summary>Switch it off where a proxy in front of the service compresses.</summary>
    public bool Enabled { get; set; } = true;
}
