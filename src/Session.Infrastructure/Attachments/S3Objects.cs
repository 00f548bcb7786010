using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using SessionService.Application.Attachments;

namespace SessionService.Infrastructure.Attachments;

/// <summary>Objects in an S3-compatible bucket.</summary>
internal sealed class S3Objects(S3Options options) : IObjectStore, IDisposable
{
    private readonly AmazonS3Client _client = NewClient(options);

    public Task WriteAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        var request = new PutObjectRequest
        {
            BucketName = options.Bucket,
            Key = options.Prefix + key,
            InputStream = content,
            AutoCloseStream = false,
            ContentType = MediaTypes.Unknown,
            // Many services other than Amazon's do not know bodies that are signed in pieces.
            UseChunkEncoding = false,
        };
        return RunAsync("write", () => _client.PutObjectAsync(request, cancellationToken), cancellationToken);
    }

    public async Task<Stream> OpenAsync(string key, long from, long length, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest
        {
            BucketName = options.Bucket,
            Key = options.Prefix + key,
            ByteRange = new ByteRange(from, from + length - 1),
        };
        var response = await RunAsync("read", () => _client.GetObjectAsync(request, cancellationToken), cancellationToken);
        return response.ResponseStream;
    }

    public Task RemoveAsync(string key, CancellationToken cancellationToken)
    {
        var request = new DeleteObjectRequest { BucketName = options.Bucket, Key = options.Prefix + key };
        return RunAsync("remove", () => RemoveAsync(request, cancellationToken), cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    private async Task<bool> RemoveAsync(DeleteObjectRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await _client.DeleteObjectAsync(request, cancellationToken);
        }
        catch (AmazonS3Exception exception) when (IsAbsent(exception))
        {
            // Amazon's own service answers 204 here.
        }

        return true;
    }

    private static bool IsAbsent(AmazonS3Exception exception) =>
        exception.StatusCode == HttpStatusCode.NotFound && exception.ErrorCode is not "NoSuchBucket";

    private static AmazonS3Client NewClient(S3Options options)
    {
        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            ForcePathStyle = options.ForcePathStyle,
            MaxErrorRetry = 2,
            // Checksums that only Amazon's own service knows.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.ServiceUrl is { } url)
        {
            config.ServiceURL = url.AbsoluteUri;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return string.IsNullOrEmpty(options.AccessKey)
            ? new AmazonS3Client(config)
            : new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config);
    }

    private static async Task<T> RunAsync<T>(string what, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (AmazonS3Exception exception)
            when (IsAbsent(exception) || exception.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw new AttachmentLostException("An object is not in the bucket of attachments.", exception);
        }
        catch (Exception exception)
            when (exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException
                || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new AttachmentStoreException($"The bucket of attachments could not {what} an object.", exception);
        }
    }
}
