namespace SessionService.Api.Attachments;

internal static class AttachmentServices
{
    public static IServiceCollection AddAttachmentRequests(this IServiceCollection services) => services
        .AddSingleton<OpenUploads>()
        .AddSingleton<UploadReader>()
        .AddSingleton<AttachmentExecutor>();
}
