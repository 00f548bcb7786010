namespace SessionService.AgentFramework;

/// <summary>What a model costs, USD for a million tokens.</summary>
/// <param name="InputPerMillion">A million tokens that the model reads.</param>
/// <param name="OutputPerMillion">A million tokens that the model writes, its reasoning among them.</param>
public sealed record ModelPrice(decimal InputPerMillion, decimal OutputPerMillion)
{
    private const decimal Million = 1_000_000;

    /// <summary>A million tokens that the model reads from its cache; as much as other tokens by default.</summary>
    public decimal? CachedInputPerMillion { get; init; }

    internal decimal CostOf(Microsoft.Extensions.AI.UsageDetails usage)
    {
        var input = Math.Max(0, usage.InputTokenCount ?? 0);
        var cached = Math.Clamp(usage.CachedInputTokenCount ?? 0, 0, input);
        var output = Math.Max(0, usage.OutputTokenCount ?? 0);
        return (((input - cached) * InputPerMillion) + (cached * (CachedInputPerMillion ?? InputPerMillion)) + (output * OutputPerMillion))
            / Million;
    }
}
