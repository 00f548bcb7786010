using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http;

namespace SessionService.Hosting.Problems;

/// <summary>An error as OpenAI's API answers it, and as its SDKs read it: everything below <c>/v1</c>.</summary>
public sealed class OpenAiError
{
    private const string Path = "/v1";

    /// <summary>What went wrong.</summary>
    [Required]
    public required OpenAiErrorBody Error { get; init; }

    /// <summary>Whether the errors of a path have this form.</summary>
    public static bool IsAt(string path) => PathString.FromUriComponent(path).StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase);

    /// <summary>What is invalid is 400 there.</summary>
    public static int StatusOf(Problem problem) =>
        problem.Status == StatusCodes.Status422UnprocessableEntity ? StatusCodes.Status400BadRequest : problem.Status;

    /// <summary>The kind of error of a status.</summary>
    public static string TypeOf(int status) => status switch
    {
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= StatusCodes.Status500InternalServerError => "server_error",
        _ => "invalid_request_error",
    };

    /// <summary>The problem in this form. Of several reasons the first has the field; the message names all.</summary>
    public static OpenAiError Of(Problem problem)
    {
        var errors = problem.Errors ?? new Dictionary<string, string[]>(StringComparer.Ordinal);
        var reasons = errors.SelectMany(error => error.Value.Select(reason => $"{error.Key} {reason}.")).ToList();
        return new OpenAiError
        {
            Error = new OpenAiErrorBody
            {
                Message = reasons.Count == 0 ? problem.Detail : string.Join(' ', reasons),
                Type = TypeOf(problem.Status),
                Param = errors.Keys.FirstOrDefault(),
                Code = problem.Code,
            },
        };
    }
}

/// <summary>What went wrong.</summary>
public sealed class OpenAiErrorBody
{
    /// <summary>In words, for people.</summary>
    /// <example>There is no such conversation.</example>
    [Required]
    public required string Message { get; init; }

    /// <summary>The kind of error.</summary>
    /// <example>invalid_request_error</example>
    [Required]
    public required string Type { get; init; }

    /// <summary>The parameter or field at fault; null where there is none.</summary>
    /// <example>null</example>
    public required string? Param { get; init; }

    /// <summary>For programs; stable. The codes are those of the problem documents.</summary>
    /// <example>conversation_not_found</example>
    [Required]
    public required string Code { get; init; }
}
