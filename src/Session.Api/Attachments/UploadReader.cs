using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using SessionService.Application.Attachments;
using SessionService.Application.Files;
using SessionService.Domain.Attachments;
using SessionService.Domain.Errors;

namespace SessionService.Api.Attachments;

/// <summary>
/// Reads an upload, raw or as a form with one file, into a temporary file. So a client that sends slowly holds no connection to the
/// database and no memory.
/// </summary>
internal sealed class UploadReader(IOptions<AttachmentOptions> options)
{
    private const string FormType = "multipart/form-data";
    private const string Body = "body";

    // As RFC 2046 has it.
    private const int MaxBoundaryLength = 70;

    /// <param name="request">The request.</param>
    /// <param name="givenName">The name in the query, which stands above any other.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidFieldException">
    /// The body is empty, or a form without exactly one file, or its name or media type is not valid.
    /// </exception>
    /// <exception cref="TooLargeException">The file is too large.</exception>
    /// <exception cref="BadHttpRequestException">The form cannot be read.</exception>
    public async Task<Upload> ReadAsync(HttpRequest request, string? givenName, CancellationToken cancellationToken)
    {
        var name = Checked("name", givenName);
        var isForm = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals(FormType, StringComparison.OrdinalIgnoreCase);
        if (isForm)
        {
            return await ReadFormAsync(request.Body, type!, name, cancellationToken);
        }

        if (request.ContentLength > options.Value.MaxBytes)
        {
            throw TooLarge();
        }

        var mediaType = MediaTypeOf(request.ContentType);
        name ??= NameIn(request.Headers.ContentDisposition.ToString());
        return await ReadFileAsync(request.Body, mediaType, name, cancellationToken);
    }

    private async Task<Upload> ReadFormAsync(
        Stream body, MediaTypeHeaderValue type, string? name, CancellationToken cancellationToken)
    {
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (boundary is not { Length: > 0 and <= MaxBoundaryLength })
        {
            throw new InvalidFieldException("content_type", $"must have a boundary of at most {MaxBoundaryLength} characters");
        }

        var sections = new MultipartReader(boundary, body);
        Upload? upload = null;
        try
        {
            while (await sections.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (upload is not null || section.GetContentDispositionHeader() is not { } disposition || !disposition.IsFileDisposition())
                {
                    throw new InvalidFieldException(Body, "must be a form with one file and nothing else");
                }

                upload = await ReadFileAsync(
                    section.Body, MediaTypeOf(section.ContentType), name ?? NameIn(disposition, "filename"), cancellationToken);
            }

            return upload ?? throw new InvalidFieldException(Body, "must be a form with one file");
        }
        catch (Exception exception)
        {
            await (upload?.DisposeAsync() ?? ValueTask.CompletedTask);

            // What the reader says about a form that is cut off or has too long headers. Other exceptions are about the connection.
            if (exception is InvalidDataException || exception.GetType() == typeof(IOException))
            {
                throw new BadHttpRequestException("The form cannot be read.", exception);
            }

            throw;
        }
    }

    private async Task<Upload> ReadFileAsync(Stream body, string? mediaType, string? name, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var file = await TemporaryFile.KeepAsync(
            body, "session-upload", options.Value.MaxBytes, bytes => hash.AppendData(bytes.Span), TooLarge, cancellationToken);
        if (file.Length > 0)
        {
            return new Upload(file, hash.GetHashAndReset(), mediaType, name);
        }

        await file.DisposeAsync();
        throw new InvalidFieldException(Body, "must not be empty");
    }

    private TooLargeException TooLarge() => AttachmentErrors.TooLarge(options.Value.MaxBytes);

    private static string? MediaTypeOf(string? contentType) =>
        string.IsNullOrEmpty(contentType) ? null
        : MediaTypes.IsValid(contentType) ? contentType
        : throw new InvalidFieldException("content_type", "must be a media type");

    private static string? NameIn(string? header) =>
        string.IsNullOrEmpty(header) ? null
        : ContentDispositionHeaderValue.TryParse(header, out var disposition) ? NameIn(disposition, "content_disposition")
        : throw new InvalidFieldException("content_disposition", "must be as RFC 6266 has it");

    private static string? NameIn(ContentDispositionHeaderValue disposition, string field) =>
        Checked(field, HeaderUtilities.RemoveQuotes(
            disposition.FileNameStar is { Length: > 0 } ? disposition.FileNameStar : disposition.FileName).Value);

    private static string? Checked(string field, string? given)
    {
        var name = AttachmentNames.Of(given);
        return name is not null && AttachmentNames.Refuse(name) is { } refusal ? throw new InvalidFieldException(field, refusal) : name;
    }
}
