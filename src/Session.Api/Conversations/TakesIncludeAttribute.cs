using Microsoft.AspNetCore.Mvc.Filters;

namespace SessionService.Api.Conversations;

/// <summary>
/// Marks actions that take <c>include[]</c> (the SDKs' form) and <c>include</c>. Every answer has everything that was stored, so the
/// parameter is only checked.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TakesIncludeAttribute : Attribute, IResourceFilter
{
    public const string QueryParameter = "include[]";

    public static readonly string[] QueryParameters = [QueryParameter, "include"];

    public static readonly string[] Values =
    [
        "file_search_call.results",
        "web_search_call.results",
        "web_search_call.action.sources",
        "message.input_image.image_url",
        "computer_call_output.output.image_url",
        "code_interpreter_call.outputs",
        "reasoning.encrypted_content",
        "message.output_text.logprobs",
    ];

    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        var query = context.HttpContext.Request.Query;
        foreach (var name in QueryParameters)
        {
            if (query[name].Any(value => !Values.Contains(value, StringComparer.Ordinal)))
            {
                context.ModelState.TryAddModelError(name, $"must be one of {string.Join(", ", Values)}");
            }
        }
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }
}
