using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Turns;
using SessionService.Application.Attachments;

namespace SessionService.Api.Attachments;

/// <summary>Pictures and files that messages refer to.</summary>
[ApiController]
[Tags("Attachments")]
[Route("api/v1/users/{user_id}/attachments")]
public sealed class AttachmentsController(AttachmentsService attachments) : ControllerBase
{
    /// <summary>Uploads an attachment</summary>
    /// <remarks>
    /// Takes the bytes as they are, with their `Content-Type` and perhaps a `Content-Disposition` with the name of the file, or a form
    /// (`multipart/form-data`) with one file. The same bytes of the same user are kept once: they have the same `attachment_id`, and the
    /// media type and name that came first.
    ///
    /// Parts of messages name the attachment by its `attachment_id`. An attachment that no message refers to is removed a day after its
    /// bytes last came.
    /// </remarks>
    /// <param name="name">The name of the file, instead of the one in the headers. Folders before it are left out.</param>
    /// <response code="200">The bytes were there already.</response>
    /// <response code="201">The attachment.</response>
    [HttpPost(Name = "upload_attachment")]
    [ConsumesFile("The bytes, in any media type, or a form with one file.")]
    [RefusesIdempotencyKey("is not taken here: the same bytes are kept once")]
    [DisableRequestSizeLimit]
    [TakesTurn(Work.Upload)]
    [DisableRequestTimeout]
    [ProducesResponseType<AttachmentResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<AttachmentResponse>(StatusCodes.Status201Created)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public async Task<IActionResult> Upload(
        [FromPathUser] string userId, [FromQuery(Name = "name")] string? name, CancellationToken cancellationToken)
    {
        using var place = HttpContext.RequestServices.GetRequiredService<OpenUploads>().Take(userId);
        var reader = HttpContext.RequestServices.GetRequiredService<UploadReader>();
        await using var upload = await reader.ReadAsync(Request, name, cancellationToken);
        var added = await attachments.AddAsync(
            userId, upload.Content, upload.Sha256, upload.MediaType, upload.Name, cancellationToken);
        var answer = AttachmentResponse.Of(added.Attachment);
        return added.IsNew
            ? Created($"/api/v1/users/{Uri.EscapeDataString(userId)}/attachments/{answer.AttachmentId}", answer)
            : Ok(answer);
    }

    /// <summary>Downloads an attachment</summary>
    /// <remarks>
    /// Streams the bytes, with a strong `ETag` (their SHA-256). `Range` and `If-Range` ask for a part. Pictures, audio, video, PDF and
    /// plain text may be shown in place. All other types are offered as downloads, and those that a browser could run, such as HTML and
    /// SVG, as `application/octet-stream`.
    /// </remarks>
    /// <response code="200">The bytes.</response>
    /// <response code="206">The bytes of the range.</response>
    /// <response code="304">The client has the bytes already (`If-None-Match`).</response>
    [HttpGet("{attachment_id:guid}", Name = "get_attachment")]
    [TakesTurn(Work.Download)]
    [ProducesFile]
    [ProducesProblem(
        StatusCodes.Status403Forbidden,
        StatusCodes.Status404NotFound,
        StatusCodes.Status412PreconditionFailed,
        StatusCodes.Status416RangeNotSatisfiable)]
    public async Task<IActionResult> Get(
        [FromPathUser] string userId,
        [FromRoute(Name = "attachment_id")] Guid attachmentId,
        CancellationToken cancellationToken) =>
        new AttachmentResult(await attachments.GetAsync(userId, attachmentId, cancellationToken));
}
