using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SessionService.Hosting.Logging;

/// <summary>
/// Keeps what clients send out of the logs of frameworks and libraries, whatever levels are configured. Below warnings these write paths,
/// headers, ids and statements, and some categories do so in warnings and errors, or in the scope of a request.
/// </summary>
internal sealed class FrameworkLogs(IConfiguration configuration) : IPostConfigureOptions<LoggerFilterOptions>
{
    /// <summary>The setting that lifts the bounds, for a place in which the data are nobody's.</summary>
    public const string Switch = "Logging:ShowRequestData";

    private const string Own = "SessionService.";

    // These tell of the program itself: what it listens at, which service is healthy.
    private static readonly string[] Harmless = ["Microsoft.Hosting.Lifetime", "Yarp.ReverseProxy.Health.DestinationHealthUpdater"];

    // The first writes the scope of a request, in which its path is. The others write exceptions of requests, statements and addresses.
    private static readonly string[] Silent =
    [
        "Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware",
        "Microsoft.EntityFrameworkCore.Query", "Microsoft.EntityFrameworkCore.Update", "Microsoft.EntityFrameworkCore.Database.Command",
        "Microsoft.EntityFrameworkCore.Database.Connection", "Npgsql", "Yarp.ReverseProxy.Forwarder.HttpForwarder",
    ];

    public void PostConfigure(string? name, LoggerFilterOptions options)
    {
        if (configuration.GetValue<bool>(Switch))
        {
            return;
        }

        for (var i = 0; i < options.Rules.Count; i++)
        {
            var rule = options.Rules[i];
            options.Rules[i] = new LoggerFilterRule(rule.ProviderName, rule.CategoryName, rule.LogLevel, (provider, category, level) =>
                IsTaken(category, level) && (rule.Filter?.Invoke(provider, category, level) ?? true));
        }

        // For categories that no rule names.
        options.Rules.Insert(0, new LoggerFilterRule(
            providerName: null, categoryName: null, options.MinLevel, (_, category, level) => IsTaken(category, level)));
    }

    private static bool IsTaken(string? category, LogLevel level) =>
        category is null
        || category.StartsWith(Own, StringComparison.Ordinal)
        || (Array.Exists(Harmless, one => one == category)
            ? level >= LogLevel.Information
            : level >= LogLevel.Warning && !Array.Exists(Silent, one => IsOrIsUnder(category, one)));

    private static bool IsOrIsUnder(string category, string parent) =>
        category.StartsWith(parent, StringComparison.Ordinal) && (category.Length == parent.Length || category[parent.Length] == '.');
}
