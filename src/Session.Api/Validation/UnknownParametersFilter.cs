using System.Collections.Concurrent;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Options;
using SessionService.Domain.Text;

namespace SessionService.Api.Validation;

/// <summary>
/// Refuses query parameters that the action does not have, and parameters that are there several times but have one value. The errors are
/// reported together with those of the validation.
/// </summary>
internal sealed partial class UnknownParametersFilter(
    QueryParameterTable table, IOptions<RequestOptions> options, ILogger<UnknownParametersFilter> logger) : IResourceFilter
{
    private const int MaxNameLength = 64;
    private const int MaxNamedErrors = 10;
    private const int MaxWarnings = 100;

    // The name of errors about parameters whose own name is not repeated.
    private const string Query = "query";

    private readonly ConcurrentDictionary<string, bool> _warned = new(StringComparer.OrdinalIgnoreCase);

    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        var query = context.HttpContext.Request.Query;
        if (query.Count == 0 || table.Of(context.ActionDescriptor) is not { } known)
        {
            return;
        }

        var unknown = new List<string>();
        foreach (var (name, values) in query)
        {
            if (known.Find(name) is not { } parameter)
            {
                unknown.Add(name);
            }
            else if (values.Count > 1 && !parameter.MayRepeat)
            {
                context.ModelState.TryAddModelError(parameter.Name, "must be given once");
            }
        }

        if (options.Value.UnknownParameters == UnknownParameters.Ignore)
        {
            unknown.ForEach(WarnOnce);
            return;
        }

        foreach (var name in unknown.Take(MaxNamedErrors))
        {
            context.ModelState.TryAddModelError(IsShort(name) ? name : Query, $"is not a parameter of this route; it has {known.Text}");
        }

        if (unknown.Count > MaxNamedErrors)
        {
            context.ModelState.TryAddModelError(
                Query, $"has {unknown.Count - MaxNamedErrors} more parameters that this route does not have");
        }
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }

    private static bool IsShort(string name) =>
        name.Length is >= 1 and <= MaxNameLength && StorableText.Refuse(name) is null && !name.Any(char.IsControl);

    private void WarnOnce(string name)
    {
        if (IsShort(name) && _warned.Count < MaxWarnings && _warned.TryAdd(name, value: true))
        {
            LogIgnored(name);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Requests have the query parameter {Name}, which their route does not have. It is ignored.")]
    private partial void LogIgnored(string name);
}
