using System.Diagnostics;
using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace SessionService.Hosting.Problems;

/// <summary>Makes every error answer of service and gateway.</summary>
public static class ProblemFactory
{
    public static Problem Create(HttpContext http, int status, string code, string detail, IDictionary<string, string[]>? errors = null) =>
        new()
        {
            Type = $"urn:session-service:problem:{code}",
            Title = ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Detail = detail,
            Instance = http.Request.Path.ToUriComponent(),
            Code = code,
            TraceId = TraceId(http),
            Errors = errors,
        };

    /// <summary>The answer to a request with an invalid path, query, header or body. It lists all failures at once.</summary>
    public static IActionResult FromModelState(ActionContext context)
    {
        // The entries without errors are valid fields. The key of the body as a whole is empty.
        var errors = context.ModelState
            .Where(entry => entry.Value is { Errors.Count: > 0 })
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .ToDictionary(
                entry => entry.Key.Length == 0 ? "body" : entry.Key,
                entry => entry.Value!.Errors.Select(error => error.ErrorMessage).Distinct(StringComparer.Ordinal).ToArray(),
                StringComparer.Ordinal);
        return Result(Invalid(context.HttpContext, errors));
    }

    /// <summary>The answer to a request that is not valid.</summary>
    /// <param name="errors">All failures, by field.</param>
    public static Problem Invalid(HttpContext http, IDictionary<string, string[]> errors) => Create(
        http,
        StatusCodes.Status422UnprocessableEntity,
        ProblemCodes.ValidationFailed,
        "The request is not valid; see errors.",
        errors);

    /// <summary>The answer where the framework sets a status without a body: no route, wrong method, wrong content type.</summary>
    public static Problem FromStatus(HttpContext http)
    {
        var (code, detail) = http.Response.StatusCode switch
        {
            StatusCodes.Status400BadRequest => (ProblemCodes.BadRequest, "The request could not be read."),
            StatusCodes.Status404NotFound => (ProblemCodes.RouteNotFound, "There is nothing at this path."),
            StatusCodes.Status405MethodNotAllowed =>
                (ProblemCodes.MethodNotAllowed, "The path does not take this method; see the Allow header."),
            StatusCodes.Status413PayloadTooLarge => (ProblemCodes.PayloadTooLarge, "The body is too large."),
            StatusCodes.Status415UnsupportedMediaType =>
                (ProblemCodes.UnsupportedMediaType, $"The body must be {MediaTypeNames.Application.Json}, in UTF-8."),
            _ => (ProblemCodes.RequestRefused, "The request was refused."),
        };
        return Create(http, http.Response.StatusCode, code, detail);
    }

    /// <summary>The problem as an answer, in the form that clients of its path understand.</summary>
    public static ObjectResult Result(Problem problem)
    {
        var (status, contentType, body) = FormOf(problem);
        return new ObjectResult(body) { StatusCode = status, ContentTypes = { contentType } };
    }

    /// <inheritdoc cref="Result"/>
    public static Task WriteAsync(HttpContext http, Problem problem, CancellationToken cancellationToken)
    {
        var (status, contentType, body) = FormOf(problem);
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(body, body.GetType(), options: null, contentType, cancellationToken);
    }

    private static (int Status, string ContentType, object Body) FormOf(Problem problem) =>
        OpenAiError.IsAt(problem.Instance)
            ? (OpenAiError.StatusOf(problem), MediaTypeNames.Application.Json, OpenAiError.Of(problem))
            : (problem.Status, Problem.ContentType, problem);

    /// <summary>The id of the request in traces, logs and problems.</summary>
    public static string TraceId(HttpContext http) => Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;
}
