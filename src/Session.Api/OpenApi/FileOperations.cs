using System.Net.Mime;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace SessionService.Api.OpenApi;

/// <summary>Describes bodies and answers that are files.</summary>
internal static class FileOperations
{
    private const string AnyType = "*/*";

    /// <summary>A file as it is, or in a form.</summary>
    public static OpenApiRequestBody Body(string description) => new()
    {
        Required = true,
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            [MediaTypeNames.Application.Octet] = new() { Schema = Bytes() },
            [MediaTypeNames.Multipart.FormData] = new()
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) { ["file"] = Bytes() },
                    Required = new HashSet<string>(StringComparer.Ordinal) { "file" },
                },
            },
        },
    };

    /// <summary>The whole file, a range of it, or the word that the client has it.</summary>
    public static void AddAnswers(OpenApiOperation operation)
    {
        foreach (var (status, description) in new[]
        {
            (StatusCodes.Status200OK, "The bytes."), (StatusCodes.Status206PartialContent, "The bytes of the range."),
        })
        {
            operation.Responses![status.ToString()] = new OpenApiResponse
            {
                Description = description,
                Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal)
                {
                    [HeaderNames.ETag] = new OpenApiHeader { Description = "The SHA-256 of all bytes.", Schema = Text() },
                },
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { [AnyType] = new() { Schema = Bytes() } },
            };
        }

        operation.Responses![StatusCodes.Status304NotModified.ToString()] =
            new OpenApiResponse { Description = "The client has the bytes already." };
        operation.Parameters ??= [];
        AddHeader(HeaderNames.Range, "A part of the bytes, as `bytes=0-1023`.");
        AddHeader(HeaderNames.IfRange, "The ETag of the bytes of which `Range` is a part. Of other bytes the whole is sent.");
        AddHeader(HeaderNames.IfNoneMatch, "Answer 304 where the ETag is one of these.");

        void AddHeader(string name, string description) => operation.Parameters!.Add(
            new OpenApiParameter { Name = name, In = ParameterLocation.Header, Description = description, Schema = Text() });
    }

    // Generators make a stream of what is binary.
    private static OpenApiSchema Bytes() => new() { Type = JsonSchemaType.String, Format = "binary" };

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };
}
