using System.Text;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Streaming;
using SessionService.Application.Exports;

namespace SessionService.Api.Exports;

/// <summary>Streams an export. If the export fails midway, the connection is aborted, so that the answer does not look complete.</summary>
internal sealed class ExportResult(Export export, ExportFormat format, string fileName) : IActionResult
{
    public Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}.{format.Extension}\"";
        return AnswerStream.RunAsync(
            http,
            $"{format.ContentType}; charset={Encoding.UTF8.WebName}",
            "An export",
            answer => http.RequestServices.GetRequiredService<ExportWriter>()
                .WriteAsync(export, format, bytes => answer.SendAsync(bytes), onProgress: null, http.RequestAborted));
    }
}
