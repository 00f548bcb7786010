using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;
using SessionService.Api.Consistency;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Application.Branches;
using SessionService.Application.Copies;
using SessionService.Application.Messages;
using SessionService.Domain.Attachments;
using SessionService.Domain.Conversations;
using SessionService.Domain.Errors;
using SessionService.Domain.Feedback;
using SessionService.Domain.Idempotency;
using SessionService.Domain.Keys;
using SessionService.Domain.Memories;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;
using SessionService.Domain.UserMemories;
using SessionService.Domain.Webhooks;
using SessionService.Hosting.Problems;

namespace SessionService.Api.OpenApi;

/// <summary>Example problems: for each operation those that it can answer, under their codes.</summary>
internal static class ProblemExamples
{
    // The conversation that all examples of the document are about.
    private static readonly (string Parameter, string Value)[] ExamplePath =
    [
        ("{session_id}", "a87a9d6e-4137-4d41-8ab8-a13c4abcc83e"),
        ("{attachment_id}", "5d8a1a6c-6f0b-8c1e-9a34-0c7f2b1d4e58"),
        ("{memory_id}", "0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0"),
        ("{user_id}", "test_user_123"),
        ("{sequence}", "1"),
        ("{conversation_id}", "conv_a87a9d6e41374d418ab8a13c4abcc83e"),
        ("{item_id}", "msg_5d8a1a6c6f0b8c1e0000000000010000"),
        ("{branch_id}", "1"),
        ("{name}", "rating"),
        ("{key_id}", "01997b2e-6a3c-7d5e-8f10-92a4b6c8d0e2"),
        ("{webhook_id}", "01997b2e-6a3c-7d5e-8f10-92a4b6c8d0e2"),
        ("{delivery_id}", "01997b2f-1c4d-7a6b-9e21-5d7f80a1b3c4"),
    ];

    /// <summary>The examples for an answer of an operation, by their codes.</summary>
    /// <param name="method">The method of the operation.</param>
    /// <param name="path">Its path, from the slash at the front, with the parameters in braces.</param>
    /// <param name="parameters">The names of the operation's parameters outside the path.</param>
    public static Dictionary<string, IOpenApiExample> Of(string status, string method, string path, IReadOnlySet<string> parameters)
    {
        var instance = ExamplePath.Aggregate(
            path, (filled, example) => filled.Replace(example.Parameter, example.Value, StringComparison.Ordinal));
        return Problems(int.Parse(status), method, path, parameters).ToDictionary(
            problem => problem.Code,
            problem => (IOpenApiExample)new OpenApiExample
            {
                Summary = problem.Detail,
                Value = OpenAiError.IsAt(path) ? ToOpenAi(int.Parse(status), problem) : ToJson(int.Parse(status), instance, problem),
            },
            StringComparer.Ordinal);
    }

    private static IEnumerable<ExampleProblem> Problems(
        int status, string method, string path, IReadOnlySet<string> parameters) => status switch
        {
            StatusCodes.Status400BadRequest when OpenAiError.IsAt(path) =>
                [Invalid(parameters), new(ProblemCodes.InvalidJson, "The body is not JSON: it is empty.")],
            StatusCodes.Status400BadRequest => method == HttpMethods.Get || IsUpload(path)
                ? [new(ProblemCodes.BadRequest, "The request could not be read.")]
                : [new(ProblemCodes.InvalidJson, "The body is not JSON: it is empty.")],
            StatusCodes.Status401Unauthorized =>
            [
                new(ProblemCodes.AuthenticationRequired, "The request needs a bearer token."),
            new(ProblemCodes.InvalidToken, "The token has expired."),
            new(ProblemCodes.InvalidApiKey, "The key is not accepted."),
            new(ProblemCodes.GatewayRequired, "The request must come through the gateway."),
        ],
            StatusCodes.Status403Forbidden => path.StartsWith("/api/v1/keys", StringComparison.Ordinal)
                ? [new(KeyErrors.ServiceKeyRequired()), UserMismatch()]
                : path.StartsWith("/api/v1/webhooks", StringComparison.Ordinal)
                    ? [new(WebhookErrors.NotForUsers()), new(WebhookErrors.ServiceOnly()), UserMismatch()]
                    : [UserMismatch()],
            StatusCodes.Status404NotFound => NotFound(method, path),
            StatusCodes.Status408RequestTimeout => [new(ProblemCodes.RequestTimeout, "The body came too slowly.")],
            StatusCodes.Status409Conflict => Conflicts(method, path, parameters),
            StatusCodes.Status412PreconditionFailed =>
            [
                new(path.Contains("{attachment_id}", StringComparison.Ordinal) ? AttachmentErrors.Changed()
                    : path.Contains("{memory_id}", StringComparison.Ordinal) ? UserMemoryErrors.Changed()
                    : path.EndsWith("/feedback/{name}", StringComparison.Ordinal) ? FeedbackErrors.Changed()
                    : SessionErrors.Changed()),
            ],
            StatusCodes.Status413PayloadTooLarge => IsUpload(path)
                ? [new(AttachmentErrors.TooLarge(20 * 1024 * 1024)), new(AttachmentErrors.QuotaExceeded(1024 * 1024 * 1024))]
                : [new(ProblemCodes.PayloadTooLarge, "The body is too large.")],
            StatusCodes.Status416RangeNotSatisfiable => [new(ProblemCodes.RangeNotSatisfiable, AttachmentErrors.NoSuchRange)],
            StatusCodes.Status415UnsupportedMediaType =>
            [
                new(ProblemCodes.UnsupportedMediaType, "The body must be application/json, in UTF-8."),
                new(
                    ProblemCodes.UnsupportedContentEncoding,
                    "The body must be sent as it is, or in one of these encodings: gzip, br, zstd, deflate."),
            ],
            StatusCodes.Status422UnprocessableEntity => [Invalid(parameters)],
            StatusCodes.Status429TooManyRequests =>
            [
                new(ProblemCodes.RateLimitExceeded, "Too many requests; Retry-After says when to come again."),
                .. IsStream(path)
                    ?
                    [
                        new ExampleProblem(
                            ProblemCodes.TooManyFollowers, "Too many streams of events are open already, of this user or in all."),
                    ]
                    : Array.Empty<ExampleProblem>(),
            ],
            StatusCodes.Status503ServiceUnavailable => Unavailable(method, path),
            StatusCodes.Status504GatewayTimeout =>
                [new("gateway_timeout", "The service did not answer in time. Whether it carried the request out is not known.")],
            _ => [],
        };

    private static IEnumerable<ExampleProblem> NotFound(string method, string path)
    {
        if (path.Contains("{session_id}", StringComparison.Ordinal))
        {
            yield return new(SessionErrors.NotFound());
        }

        if (path.Contains("{sequence}", StringComparison.Ordinal))
        {
            yield return new(MessageErrors.NotFound());
        }

        if (path.Contains("{conversation_id}", StringComparison.Ordinal))
        {
            yield return new(ConversationErrors.NotFound());
        }

        if (path.Contains("{item_id}", StringComparison.Ordinal))
        {
            yield return new(ConversationErrors.ItemNotFound());
        }

        if (path.Contains("{branch_id}", StringComparison.Ordinal))
        {
            yield return new(BranchErrors.NotFound());
        }

        if (path.EndsWith("/feedback/{name}", StringComparison.Ordinal) && method != HttpMethods.Put)
        {
            yield return new(FeedbackErrors.NotFound());
        }

        if (path.EndsWith("/memory", StringComparison.Ordinal) && method == HttpMethods.Get)
        {
            yield return new(MemoryErrors.NotFound());
        }

        if (path.Contains("{memory_id}", StringComparison.Ordinal))
        {
            yield return new(UserMemoryErrors.NotFound());
        }

        if (path.Contains("{attachment_id}", StringComparison.Ordinal))
        {
            yield return new(AttachmentErrors.NotFound());
        }

        if (path.Contains("{key_id}", StringComparison.Ordinal))
        {
            yield return new(KeyErrors.NotFound());
        }

        if (path.Contains("{webhook_id}", StringComparison.Ordinal))
        {
            yield return new(WebhookErrors.NotFound());
        }

        if (path.Contains("{delivery_id}", StringComparison.Ordinal))
        {
            yield return new(WebhookErrors.DeliveryNotFound());
        }
    }

    private static ExampleProblem UserMismatch() => new("user_mismatch", "The request names another user than its caller.");

    private static bool IsStream(string path) => path.EndsWith("/events", StringComparison.Ordinal);

    private static bool IsUpload(string path) => path.EndsWith("/attachments", StringComparison.Ordinal);

    private static IEnumerable<ExampleProblem> Conflicts(string method, string path, IReadOnlySet<string> parameters)
    {
        ServiceException[] refusals = (method, path.Split('/')[^1]) switch
        {
            ("POST", "sessions") => [SessionErrors.IdTaken()],
            ("PUT", "{session_id}") => [SessionErrors.StatusChangeNotAllowed(SessionStatus.Ended, SessionStatus.Active)],
            ("POST", "items") => [SessionErrors.Ended()],
            ("DELETE", "{item_id}") => [ConversationErrors.ItemIsPartOfMessage(sequence: 2)],
            ("POST", "rewind" or "activate") => [SessionErrors.Ended(), BranchErrors.TooMany(IBranchStore.MaxBranches)],
            ("POST", "deltas") =>
                [DeltaErrors.Gap(index: 3, next: 2), DeltaErrors.Conflict(index: 1, next: 2), MessageErrors.Closed()],
            ("POST", "complete") => [MessageErrors.Closed()],
            ("DELETE", "{sequence}") => [MessageErrors.InProgress(), BranchErrors.TooManyRanges(MessagePath.MaxRanges)],
            ("PUT", "{name}") => [FeedbackErrors.TooMany(), MessageErrors.InProgress()],
            ("POST", "fork") => [SessionErrors.MessageNotFound(sequence: 3, messages: 2)],
            ("POST", "webhooks") => [WebhookErrors.TooMany(max: 10)],
            ("POST", "replay") => [WebhookErrors.Disabled(), WebhookErrors.StillPending()],
            ("POST", "copy") => [SessionErrors.CopyTooLarge(ICopyStore.MaxMessages)],
            ("POST", "messages" or "batch") when path.Contains("/messages", StringComparison.Ordinal) =>
                [SessionErrors.Ended(), MessageErrors.SequenceMismatch(expected: 2, next: 3), MessageErrors.IdTaken(),
                 MessageErrors.TooManyOpen(ofSession: 10, ofUser: 200)],
            _ => [],
        };
        return parameters.Contains(IdempotencyHeaders.Key)
            ? [.. refusals.Select(refusal => new ExampleProblem(refusal)), new(IdempotencyErrors.KeyReused())]
            : refusals.Select(refusal => new ExampleProblem(refusal));
    }

    private static ExampleProblem Invalid(IReadOnlySet<string> parameters)
    {
        var (field, reason) = parameters.Contains(CallerResolver.QueryParameter)
            ? (CallerResolver.QueryParameter, "name the caller in the X-User-Id header or in the user_id query parameter")
            : parameters.Contains(EventualReadsAttribute.QueryParameter)
                ? (EventualReadsAttribute.QueryParameter, $"must be {EventualReadsAttribute.Strong} or {EventualReadsAttribute.Eventual}")
                : (CallerResolver.RouteParameter, "must not be blank");
        return new(ProblemCodes.ValidationFailed, "The request is not valid; see errors.")
        {
            Errors = new JsonObject { [field] = new JsonArray(reason) },
        };
    }

    private static IEnumerable<ExampleProblem> Unavailable(string method, string path)
    {
        yield return new(ProblemCodes.DatabaseUnavailable, "The database cannot be reached at the moment.");
        if (path.Contains("/attachments", StringComparison.Ordinal) || path.Split('/')[^1] is "data" or "copy")
        {
            yield return new(ProblemCodes.AttachmentsUnavailable, "The store of attachments cannot be reached at the moment.");
        }

        yield return new(
            ProblemCodes.Overloaded,
            method == HttpMethods.Get
                ? "Too many requests of this kind wait already. This one did nothing."
                : "Too many writes wait already. This one was not made.");

        yield return new(ProblemCodes.TimeLimitExceeded, "The request took too long and was given up.");
    }

    private static JsonObject ToOpenAi(int status, ExampleProblem problem)
    {
        var (field, reasons) = problem.Errors?.FirstOrDefault() ?? default;
        return new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["message"] = field is null ? problem.Detail : $"{field} {reasons![0]}.",
                ["type"] = OpenAiError.TypeOf(status),
                ["param"] = field,
                ["code"] = problem.Code,
            },
        };
    }

    private static JsonObject ToJson(int status, string instance, ExampleProblem problem)
    {
        var json = new JsonObject
        {
            ["type"] = $"urn:session-service:problem:{problem.Code}",
            ["title"] = ReasonPhrases.GetReasonPhrase(status),
            ["status"] = status,
            ["detail"] = problem.Detail,
            ["instance"] = instance,
            ["code"] = problem.Code,
            ["trace_id"] = "0af7651916cd43dd8448eb211c80319c",
        };
        if (problem.Errors is not null)
        {
            json["errors"] = problem.Errors;
        }

        return json;
    }

    private sealed record ExampleProblem(string Code, string Detail)
    {
        public ExampleProblem(ServiceException refusal)
            : this(refusal.Code, refusal.Message)
        {
        }

        public JsonObject? Errors { get; init; }
    }
}
