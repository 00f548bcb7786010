using System.Text;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Messages;
using SessionService.Application.Exports;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Exports;

/// <summary>Streams an export. If the export fails midway, the connection is aborted, so that the answer does not look complete.</summary>
internal sealed partial class ExportResult(Export export, ExportFormat format, string fileName) : IActionResult
{
    public async Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        try
        {
            await http.RequestServices.GetRequiredService<ExportWriter>()
                .WriteAsync(export, format, chunk => SendAsync(http, chunk), onProgress: null, http.RequestAborted);
        }
        catch (Exception exception) when (http.Response.HasStarted)
        {
            if (!http.RequestAborted.IsCancellationRequested)
            {
                LogBrokenOff(http.RequestServices.GetRequiredService<ILogger<ExportResult>>(), ProblemFactory.TraceId(http), exception);
            }

            http.Abort();
        }
    }

    private async Task SendAsync(HttpContext http, ReadOnlyMemory<byte> chunk)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = $"{format.ContentType}; charset={Encoding.UTF8.WebName}";
            http.Response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}.{format.Extension}\"";
            // The request timeout ends here. From now on each chunk has a limit of its own.
            http.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        patience.CancelAfter(MessageListResult.Patience);
        await http.Response.BodyWriter.WriteAsync(chunk, patience.Token);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "An export broke off. {TraceId}")]
    private static partial void LogBrokenOff(ILogger logger, string traceId, Exception exception);
}
