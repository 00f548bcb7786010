using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Contexts;

/// <summary>How the tokens of a context are divided. Section <c>Contexts</c>.</summary>
public sealed class ContextOptions
{
    public const string Section = "Contexts";

    /// <summary>The share of the tokens that the memory may take from messages. 0 to 1.</summary>
    [Range(0d, 1d)]
    public double MemoryShare { get; set; } = 0.5;
}
