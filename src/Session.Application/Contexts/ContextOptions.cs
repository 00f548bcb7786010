using System.ComponentModel.DataAnnotations;
using SessionService.Application.Contexts.Tokens;

namespace SessionService.Application.Contexts;

/// <summary>How the tokens of a context are counted and divided. Section <c>Contexts</c>.</summary>
public sealed class ContextOptions
{
    public const string Section = "Contexts";

    /// <summary>The share of the tokens that the memory may take from messages. 0 to 1.</summary>
    [Range(0d, 1d)]
    public double MemoryShare { get; set; } = 0.5;

    /// <summary>How tokens of messages without <c>tokens_used</c> are counted: <c>o200k_base</c>, or <c>bytes</c> (four a token).</summary>
    [AllowedValues(TokenCounter.O200kBase, TokenCounter.Bytes)]
    public string Tokenizer { get; set; } = TokenCounter.O200kBase;
}
