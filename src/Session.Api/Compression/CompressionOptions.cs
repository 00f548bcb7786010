namespace SessionService.Api.Compression;

/// <summary>Whether long answers are compressed for clients that accept it. Section <c>Compression</c>.</summary>
public sealed class CompressionOptions
{
    public const string Section = "Compression";

    /// <summary>Off where something in front of the service compresses already.</summary>
    public bool Enabled { get; set; } = true;
}
