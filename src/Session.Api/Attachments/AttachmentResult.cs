using Microsoft.AspNetCore.Mvc;
using SessionService.Application.Attachments;
using SessionService.Domain.Attachments;

namespace SessionService.Api.Attachments;

/// <summary>Sends the bytes of an attachment, or a range of them.</summary>
internal sealed class AttachmentResult(StoredAttachment attachment) : FileResult(MediaTypes.Served(attachment.MediaType))
{
    public StoredAttachment Attachment => attachment;

    public override Task ExecuteResultAsync(ActionContext context) =>
        context.HttpContext.RequestServices.GetRequiredService<AttachmentExecutor>().ExecuteAsync(context, this);
}
