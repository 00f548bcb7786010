using Microsoft.AspNetCore.Diagnostics;
using SessionService.Api.Json;
using SessionService.Api.Live;
using SessionService.Api.Streaming;
using SessionService.Api.Turns;
using SessionService.Application.Attachments;
using SessionService.Domain.Errors;
using SessionService.Domain.Messages;
using SessionService.Hosting.Problems;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Writes;

namespace SessionService.Api.Problems;

/// <summary>
/// Turns every exception that no other code handles into a problem document. Nothing about an unexpected exception is sent to the client.
/// </summary>
internal sealed partial class ProblemExceptionHandler(
    WriteMetrics writes, DatabasePulses pulses, ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
{
    // Long enough for a failover or a restart to be under way, short enough not to add to the outage.
    public const int RetryAfterSeconds = 2;

    public async ValueTask<bool> TryHandleAsync(HttpContext http, Exception exception, CancellationToken cancellationToken)
    {
        var (status, code, detail) = Describe(http, exception);
        if (status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
        {
            http.Response.Headers.RetryAfter = RetryAfterSeconds.ToString();
        }

        var errors = exception is InvalidFieldException invalid
            ? new Dictionary<string, string[]>(StringComparer.Ordinal) { [invalid.Field] = [invalid.Reason] }
            : null;
        var problem = ProblemFactory.Create(http, status, code, detail, errors);
        problem.NextIndex = (exception as DeltaRefusedException)?.NextIndex;
        await ProblemFactory.WriteAsync(http, problem, cancellationToken);
        return true;
    }

    private (int Status, string Code, string Detail) Describe(HttpContext http, Exception exception)
    {
        switch (exception)
        {
            case NotFoundException refusal:
                return (StatusCodes.Status404NotFound, refusal.Code, refusal.Message);

            case ForbiddenException refusal:
                return (StatusCodes.Status403Forbidden, refusal.Code, refusal.Message);

            case ConflictException refusal:
                return (StatusCodes.Status409Conflict, refusal.Code, refusal.Message);

            case DeltaRefusedException refusal:
                return (StatusCodes.Status409Conflict, refusal.Code, refusal.Message);

            case PreconditionFailedException refusal:
                return (StatusCodes.Status412PreconditionFailed, refusal.Code, refusal.Message);

            case InvalidFieldException refusal:
                return (StatusCodes.Status422UnprocessableEntity, refusal.Code, refusal.Message);

            case TooLargeException refusal:
                return (StatusCodes.Status413PayloadTooLarge, refusal.Code, refusal.Message);

            case InvalidJsonException refusal:
                return (StatusCodes.Status400BadRequest, ProblemCodes.InvalidJson, refusal.Message);

            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return (StatusCodes.Status413PayloadTooLarge, ProblemCodes.PayloadTooLarge, "The body is too large.");

            case BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }:
                return (StatusCodes.Status408RequestTimeout, ProblemCodes.RequestTimeout, "The body came too slowly.");

            case BadHttpRequestException:
                return (StatusCodes.Status400BadRequest, ProblemCodes.BadRequest, "The request could not be read.");

            case OperationCanceledException or { InnerException: OperationCanceledException }
                when http.RequestAborted.IsCancellationRequested:
                return (StatusCodes.Status499ClientClosedRequest, ProblemCodes.RequestRefused, "The client went away.");

            case WritesOverloadedException:
                return (
                    StatusCodes.Status503ServiceUnavailable,
                    ProblemCodes.Overloaded,
                    "Too many writes wait already. This one was not made.");

            case TurnRefusedException:
                return (
                    StatusCodes.Status503ServiceUnavailable,
                    ProblemCodes.Overloaded,
                    "Too many requests of this kind wait already. This one did nothing.");

            case TooManyFollowersException:
                return (
                    StatusCodes.Status429TooManyRequests,
                    ProblemCodes.TooManyFollowers,
                    "Too many streams of events are open already, of this user or in all.");

            case AnswersOverloadedException:
                return (
                    StatusCodes.Status503ServiceUnavailable,
                    ProblemCodes.Overloaded,
                    "Too many large answers are on their way, of this user or in all. Nothing was changed.");

            case AttachmentStoreException:
                LogAttachmentsUnavailable(exception.Message, exception.GetBaseException().GetType().Name);
                return (
                    StatusCodes.Status503ServiceUnavailable,
                    ProblemCodes.AttachmentsUnavailable,
                    "The store of attachments cannot be reached at the moment.");

            case WriteOutcomeUnknownException:
                writes.CountOutcomeUnknown();
                LogOutcomeUnknown(exception.GetBaseException().Message);
                return (StatusCodes.Status503ServiceUnavailable, ProblemCodes.OutcomeUnknown,
                    "The database was lost while the write was on its way: it may have been made or not. "
                    + "Sent again with the same Idempotency-Key, or the same message_id, it is made once.");
        }

        if (DatabaseFaults.IsPoolExhausted(exception) && !pulses.Primary.IsLate)
        {
            LogPoolExhausted();
            return (
                StatusCodes.Status503ServiceUnavailable,
                ProblemCodes.Overloaded,
                "All connections to the database are in use. Nothing was changed.");
        }

        if (DatabaseFaults.IsUnavailable(exception))
        {
            LogDatabaseUnavailable(exception.GetBaseException().Message);
            return (
                StatusCodes.Status503ServiceUnavailable, ProblemCodes.DatabaseUnavailable, "The database cannot be reached at the moment.");
        }

        LogUnexpected(exception);
        return (StatusCodes.Status500InternalServerError, ProblemCodes.InternalError, "Something went wrong in the service.");
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "The database is unavailable: {Reason}")]
    private partial void LogDatabaseUnavailable(string reason);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "All connections to the database are in use.")]
    private partial void LogPoolExhausted();

    [LoggerMessage(EventId = 5, Level = LogLevel.Warning, Message = "The store of attachments failed: {Reason} ({Cause})")]
    private partial void LogAttachmentsUnavailable(string reason, string cause);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "The database was lost while a write was on its way: {Reason}")]
    private partial void LogOutcomeUnknown(string reason);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "A request failed unexpectedly.")]
    private partial void LogUnexpected(Exception exception);
}
